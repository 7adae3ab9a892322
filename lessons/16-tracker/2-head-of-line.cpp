// A phone keeps a queue, and sends its oldest point until it is told 200. The third of its ten
// points is at 91 degrees north. Wrong: that is a bad request, 400. Right: it is kept in
// quarantine, 200.
//
// Look at: how many requests it takes, and who waits behind the third point.

#include <fmt/core.h>

#include <deque>
#include <string>
#include <vector>

#include "lessons/course/end_step.hh"
#include "protocols/reported_point.hh"

using namespace waymark::tracker;
using waymark::demo::end_step;

namespace {

constexpr UnixMillis kNow = 1'768'478'400'000;  // 2026-01-15T12:00:00Z
constexpr int kPatience = 1000;                 // requests of a phone in a drawer

struct House {
    int stored = 0;
    std::vector<std::string> quarantine;
};

//#region servers
int refuse_it(const ReportedPoint& point, House& house) {
    if (!reason_against(point, kNow).empty()) return 400;  //@ 1
    ++house.stored;
    return 200;
}

int keep_it(const ReportedPoint& point, House& house) {
    const std::string reason(reason_against(point, kNow));
    if (!reason.empty())
        house.quarantine.push_back(reason);  //@ 2
    else
        ++house.stored;
    return 200;  //@ 3
}
//#endregion servers

using Server = int (*)(const ReportedPoint& point, House& house);

std::deque<ReportedPoint> ten_points() {
    std::deque<ReportedPoint> queue;
    for (int number = 0; number < 10; ++number) {
        ReportedPoint& point = queue.emplace_back();
        point.latitude_deg = number == 2 ? 91 : 47.78 + number / 1000.0;
        point.longitude_deg = 9.61;
        point.time_ms = kNow - 60'000 * (10 - number);
    }
    return queue;
}

//#region phone
void empty_the_queue(Server server) {
    std::deque<ReportedPoint> queue = ten_points();
    House house;
    int requests = 0;
    while (!queue.empty() && requests < kPatience) {
        ++requests;                                                  //@ 1
        if (server(queue.front(), house) == 200) queue.pop_front();  //@ 2
    }
    fmt::print("   {} requests: {} points stored, {} still in the phone\n", requests, house.stored,
               queue.size());
    for (const std::string& reason : house.quarantine)
        fmt::print("   in quarantine: one point, {}\n", reason);
    end_step();
}
//#endregion phone

}  // namespace

int main() {
    fmt::print("1. a point that cannot be is refused: 400\n");
    empty_the_queue(refuse_it);
    fmt::print("2. it is kept apart, and acknowledged: 200\n");
    empty_the_queue(keep_it);
}
