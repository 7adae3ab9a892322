// How fast the store is on this machine: fixes a second in batches of 200 of one device (a phone
// that was away), and commits a second of 30 fixes of 30 devices (a busy server). Not a test:
// nothing passes or fails here.
//
// store_bench FOLDER|URL [seconds]: makes FOLDER/bench.db and leaves it there to be looked at; or
// measures in an empty database of PostgreSQL.

#include <fmt/core.h>
#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <string>
#include <vector>

#include "daemon/error.hh"
#include "store/devices.hh"
#include "store/open_database.hh"
#include "store/store.hh"

using namespace waymark;
using namespace waymark::tracker;

namespace {

using Clock = std::chrono::steady_clock;

constexpr DeviceNumber kDevices = 1000;

Fix next_fix(DeviceNumber device, UnixMillis time) {
    Fix fix;
    fix.device = device;
    fix.time_ms = time;
    fix.latitude_e7 = 481371540 + static_cast<std::int32_t>(time / 10 % 100'000);
    fix.longitude_e7 = 115761240 + static_cast<std::int32_t>(time / 7 % 100'000);
    fix.altitude_m = 519.5F;
    fix.speed_mps = 13.9F;
    fix.course_deg = 182.5F;
    fix.accuracy_m = 4.8F;
    fix.battery_percent = 87.0F;
    fix.source = Source::traccar;
    return fix;
}

// Of this process so far: on a busy machine it says more than the clock on the wall.
double processor_seconds() {
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    const auto seconds = [](const timeval& time) {
        return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
    };
    return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

double percentile(std::vector<double>& sorted, double share) {
    return sorted[static_cast<std::size_t>(share * static_cast<double>(sorted.size() - 1))];
}

// One fix of each of `devices_at_once` devices in turn, `fixes` of them a commit.
void measure(Store& store, std::string_view name, DeviceNumber devices_at_once, int fixes,
             std::chrono::seconds time) {
    static UnixMillis now = 1768025565000;
    std::vector<double> latencies;
    std::vector<Fix> batch(static_cast<std::size_t>(fixes));
    std::vector<Added> added;
    std::int64_t stored = 0;
    std::int64_t longest_log = 0;
    DeviceNumber first = 0;
    const double processor_before = processor_seconds();
    const Clock::time_point start = Clock::now();
    while (Clock::now() - start < time) {
        const Clock::time_point before = Clock::now();
        store.begin();
        for (int i = 0; i < fixes; ++i) {
            const DeviceNumber place = static_cast<DeviceNumber>(i) % devices_at_once;
            now += 1000 / devices_at_once;
            batch[static_cast<std::size_t>(i)] = next_fix((first + place) % kDevices + 1, now);
        }
        store.add(batch, added);
        stored += std::count(added.begin(), added.end(), Added::stored);
        const CommitResult result = store.commit();
        if (!result.durable) throw std::runtime_error(result.reason);
        latencies.push_back(
            std::chrono::duration<double, std::micro>(Clock::now() - before).count());
        longest_log = std::max(longest_log, store.log_bytes());
        store.checkpoint_if_due();
        first = (first + devices_at_once) % kDevices;
    }
    const double seconds = std::chrono::duration<double>(Clock::now() - start).count();
    std::sort(latencies.begin(), latencies.end());
    fmt::print(
        "{:<40} {:>9.0f} fixes/s {:>7.0f} commits/s  commit p50 {:.0f} us p99 {:.0f} us, "
        "{:.2f} us of processor a fix, "
        "log at most {:.1f} MiB\n",
        name, static_cast<double>(stored) / seconds,
        static_cast<double>(latencies.size()) / seconds, percentile(latencies, 0.5),
        percentile(latencies, 0.99),
        (processor_seconds() - processor_before) * 1e6 / static_cast<double>(stored),
        static_cast<double>(longest_log) / 1048576);
}

// One message of points that cannot be fixes, and the same again, as a phone sends it that heard no
// answer.
void measure_quarantine(Store& store) {
    std::vector<Quarantined> points;
    for (std::uint32_t i = 0; i < 8000; ++i)
        points.push_back(
            {1, i, "lat_out_of_range", Source::overland,
             fmt::format("{{\"latitude\":{},\"longitude\":11.5,\"t\":{}}}", 91 + i, i)});
    std::vector<Added> added;
    for (const char* const name : {"8000 points to quarantine", "the same points again"}) {
        const Clock::time_point before = Clock::now();
        store.begin();
        store.add(points, 1768025565000, added);
        const CommitResult result = store.commit();
        if (!result.durable) throw std::runtime_error(result.reason);
        fmt::print("{:<40} {:>9.3f} s\n", name,
                   std::chrono::duration<double>(Clock::now() - before).count());
    }
}

int run(int count, char** arguments) {
    if (count < 2) throw daemon::UsageError("say a folder, or a URL of PostgreSQL");
    const std::string where = arguments[1];
    const std::string path = is_postgresql(where) ? where : where + "/bench.db";
    const std::chrono::seconds time(count > 2 ? std::atoi(arguments[2]) : 5);
    {
        Connection connection = open_for_writing(path);
        std::vector<NewDevice> devices;
        for (DeviceNumber i = 0; i < kDevices; ++i)
            devices.push_back({fmt::format("device {}", i), {}, {}, {}});
        Devices(connection).add(devices, 0);
    }
    Store store(path);
    measure(store, "batches of 200 of one device", 1, 200, time);
    measure(store, "batches of 1000 of one device", 1, 1000, time);
    measure(store, "30 of 30 devices (1000 in turn)", 30, 30, time);
    measure(store, "64 of 64 devices (1000 in turn)", 64, 64, time);
    measure(store, "1 of one device", 1, 1, time);
    measure_quarantine(store);
    return 0;
}

}  // namespace

int main(int count, char** arguments) {
    return daemon::run_main("store_bench", [&] { return run(count, arguments); });
}
