#include "slides/server/process_events.hh"

#include <linux/perf_event.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <utility>

namespace waymark::slides {

namespace {

using std::chrono::steady_clock;

// 64 KB for each processor: some hundred processes between two looks, in what an ordinary user may
// lock (kernel.perf_event_mlock_kb).
constexpr std::size_t kRingPages = 16;

perf_event_attr wanted() {
    perf_event_attr attributes{};
    attributes.size = sizeof attributes;
    attributes.type = PERF_TYPE_SOFTWARE;
    attributes.config = PERF_COUNT_SW_DUMMY;
    attributes.sample_type = PERF_SAMPLE_TIME;
    attributes.inherit = 1;
    attributes.task = 1;
    attributes.comm = 1;
    attributes.comm_exec = 1;
    attributes.exclude_kernel = 1;
    attributes.sample_id_all = 1;  // the time at the end of each record
    attributes.use_clockid = 1;
    attributes.clockid = CLOCK_MONOTONIC;  // that of steady_clock
    attributes.read_format = PERF_FORMAT_LOST;
    return attributes;
}

// Behind the header, as in perf_event_open(2).
struct TaskRecord {
    std::uint32_t pid, parent_pid, thread, parent_thread;
};
struct NameRecord {
    std::uint32_t pid, thread;
};
struct LostRecord {
    std::uint64_t id, count;
};

template <typename Part>
Part part_at(const std::vector<char>& record, std::size_t place) {
    Part part{};
    if (record.size() >= place + sizeof part)
        std::memcpy(&part, record.data() + place, sizeof part);
    return part;
}

steady_clock::time_point time_of(const std::vector<char>& record) {
    const auto nanoseconds =
        part_at<std::uint64_t>(record, record.size() - sizeof(std::uint64_t));
    return steady_clock::time_point(std::chrono::nanoseconds(nanoseconds));
}

daemon::Fd open_counter(perf_event_attr& attributes, int processor) {
    return daemon::Fd(static_cast<int>(::syscall(SYS_perf_event_open, &attributes, 0, processor, -1,
                                                 PERF_FLAG_FD_CLOEXEC)));
}

}  // namespace

ProcessEvents::ProcessEvents(bool ask)
    : page_bytes_(static_cast<std::size_t>(::sysconf(_SC_PAGESIZE))) {
    const auto processors = ask ? static_cast<int>(::sysconf(_SC_NPROCESSORS_CONF)) : 0;
    for (int processor = 0; processor < processors; ++processor) {
        if (add_ring(processor)) continue;
        close();  // half of the events would be a wrong picture
        break;
    }
}

ProcessEvents::~ProcessEvents() {
    close();
}

void ProcessEvents::close() {
    for (const Ring& ring : rings_) ::munmap(ring.memory, (1 + kRingPages) * page_bytes_);
    rings_.clear();
}

// True also for a processor that is switched off.
bool ProcessEvents::add_ring(int processor) {
    perf_event_attr attributes = wanted();
    daemon::Fd counter = open_counter(attributes, processor);
    if (!counter && errno == EINVAL) {
        can_ask_missed_ = false;
        attributes.read_format = 0;
        counter = open_counter(attributes, processor);
    }
    if (!counter) return errno == ENODEV;
    void* memory = ::mmap(nullptr, (1 + kRingPages) * page_bytes_, PROT_READ | PROT_WRITE,
                          MAP_SHARED, counter.get(), 0);
    if (memory == MAP_FAILED) return false;
    rings_.push_back({std::move(counter), memory});
    return true;
}

// A record says so only when another one follows it; the counter can be asked.
std::uint64_t ProcessEvents::missed() const {
    if (!can_ask_missed_) return missed_;
    std::uint64_t sum = 0;
    for (const Ring& ring : rings_) {
        std::array<std::uint64_t, 2> answer{};  // the count of the dummy, and how many were lost
        if (::read(ring.counter.get(), answer.data(), sizeof answer) == sizeof answer)
            sum += answer[1];
    }
    return sum;
}

std::vector<ProcessEvent> ProcessEvents::take() {
    std::vector<ProcessEvent> events;
    for (const Ring& ring : rings_) take_ring(ring, events);
    std::ranges::stable_sort(events, {}, &ProcessEvent::at);
    return events;
}

// The kernel moves data_head on when a record is whole; we move data_tail on when it is read.
void ProcessEvents::take_ring(const Ring& ring, std::vector<ProcessEvent>& events) {
    auto* page = static_cast<perf_event_mmap_page*>(ring.memory);
    const char* data = static_cast<const char*>(ring.memory) + page_bytes_;
    const std::uint64_t bytes = kRingPages * page_bytes_;
    const std::uint64_t head = std::atomic_ref(page->data_head).load(std::memory_order_acquire);
    std::uint64_t tail = page->data_tail;
    const auto copy = [&](std::uint64_t from, std::uint64_t count) {
        std::vector<char> piece(count);
        for (std::uint64_t i = 0; i < count; ++i) piece[i] = data[(from + i) % bytes];
        return piece;
    };
    while (head - tail >= sizeof(perf_event_header)) {
        const auto header =
            part_at<perf_event_header>(copy(tail, sizeof(perf_event_header)), 0);
        if (header.size < sizeof header || header.size > head - tail) break;
        take_record(copy(tail, header.size), events);
        tail += header.size;
    }
    std::atomic_ref(page->data_tail).store(head, std::memory_order_release);
}

void ProcessEvents::take_record(const std::vector<char>& record,
                                std::vector<ProcessEvent>& events) {
    constexpr std::size_t kBody = sizeof(perf_event_header);
    const auto header = part_at<perf_event_header>(record, 0);
    const auto task = part_at<TaskRecord>(record, kBody);
    const auto pid = static_cast<pid_t>(task.pid);
    if (header.type == PERF_RECORD_LOST) {
        missed_ += part_at<LostRecord>(record, kBody).count;
    } else if (header.type == PERF_RECORD_COMM) {
        const auto name = part_at<NameRecord>(record, kBody);
        if (name.pid != name.thread) return;  // a thread has been given a name
        events.push_back({ProcessEvent::Kind::exec, pid, 0,
                          std::string(record.data() + kBody + sizeof name), time_of(record)});
    } else if (task.pid != task.thread) {
        return;  // the life of a thread
    } else if (header.type == PERF_RECORD_FORK) {
        events.push_back({ProcessEvent::Kind::fork, pid, static_cast<pid_t>(task.parent_pid), {},
                          time_of(record)});
    } else if (header.type == PERF_RECORD_EXIT) {
        events.push_back({ProcessEvent::Kind::exit, pid, 0, {}, time_of(record)});
    }
}

}  // namespace waymark::slides
