#include "net/frame_pool.hh"

#include <array>
#include <new>

namespace waymark::net {

namespace {

#ifdef __SANITIZE_ADDRESS__
constexpr std::size_t kMostKept = 0;
#else
constexpr std::size_t kMostKept = 256;
#endif
constexpr std::size_t kStep = 64;
constexpr std::size_t kClasses = 64;  // frames up to 4 KiB

struct FreeFrame {
    FreeFrame* next;
};

struct FreeList {
    FreeFrame* first = nullptr;
    std::size_t count = 0;
};

std::size_t class_of(std::size_t size) {
    return (size + kStep - 1) / kStep;
}

struct Pool {
    std::array<FreeList, kClasses + 1> lists;

    ~Pool() {
        for (FreeList& list : lists)
            while (list.first != nullptr) {
                FreeFrame* frame = list.first;
                list.first = frame->next;
                ::operator delete(frame);
            }
    }
};

thread_local Pool pool;

}  // namespace

void* FramePool::take(std::size_t size) {
    const std::size_t index = class_of(size);
    if (index > kClasses) return ::operator new(size);
    FreeList& list = pool.lists[index];
    if (list.first == nullptr) return ::operator new(index* kStep);
    FreeFrame* frame = list.first;
    list.first = frame->next;
    --list.count;
    return frame;
}

void FramePool::give(void* frame, std::size_t size) noexcept {
    const std::size_t index = class_of(size);
    FreeList* list = index <= kClasses ? &pool.lists[index] : nullptr;
    if (list == nullptr || list->count >= kMostKept) {
        ::operator delete(frame);
        return;
    }
    list->first = new (frame) FreeFrame{list->first};
    ++list->count;
}

}  // namespace waymark::net
