#include "net/frame_pool.hh"

#include <doctest/doctest.h>

#include <cstring>
#include <thread>
#include <vector>

using waymark::net::FramePool;

TEST_CASE("frames of every size can be written to their last byte and given back") {
    for (std::size_t size = 1; size < 10'000; size += 37) {
        void* frame = FramePool::take(size);
        std::memset(frame, 0xab, size);
        FramePool::give(frame, size);
    }
}

TEST_CASE("two frames that are out at once do not overlap") {
    std::vector<unsigned char*> frames;
    for (unsigned i = 0; i < 1000; ++i) {
        frames.push_back(static_cast<unsigned char*>(FramePool::take(200)));
        std::memset(frames.back(), static_cast<int>(i % 251), 200);
    }
    for (unsigned i = 0; i < 1000; ++i) {
        CHECK(frames[i][0] == i % 251);
        CHECK(frames[i][199] == i % 251);
        FramePool::give(frames[i], 200);
    }
}

TEST_CASE("a frame may be given back on another thread") {
    void* frame = FramePool::take(300);
    std::thread([frame] { FramePool::give(frame, 300); }).join();
    CHECK(true);  // the sanitizers are the judge
}
