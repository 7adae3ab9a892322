// A server keeps a table of its slots and looks through all of it for a free one, beginning at
// another place each time. There are as many slots as clients, and each client wants one: there is
// always a slot free. Without a lock, look at how many clients are refused all the same.
//
// The table changes while it is looked through: one slot is given back behind our eyes, another is
// taken in front of them. What we saw was never true at any one moment. With a lock round the whole
// look, nobody is refused. One such moment is staged, so that it is seen on every machine.

#include <fmt/core.h>

#include <array>
#include <atomic>
#include <cstddef>
#include <mutex>
#include <thread>
#include <vector>

#include "lessons/course/end_step.hh"

namespace {

constexpr std::size_t kSlots = 4;
constexpr std::size_t kClients = kSlots;
constexpr int kVisits = 10'000;  // by each client; the first ones are staged
constexpr std::size_t kNone = kSlots;

// Atomic, and taken by exchange: no slot ever has two owners. It does not help the one who looks:
// "no slot is free" is a sentence about all of them.
std::array<std::atomic<bool>, kSlots> taken{};
std::mutex mutex;  // guards the table as a whole
std::atomic<std::size_t> looks = 0;
std::atomic<int> refused = 0;

// One visit is held between its look at the third slot and that at the fourth.
std::atomic<bool> hold = false;
std::atomic<bool> is_held = false;
std::atomic<bool> goes_on = false;

void let_others_run(std::size_t step) {
    std::this_thread::yield();
    if (step != kSlots - 2 || !hold.exchange(false)) return;
    is_held = true;
    while (!goes_on) std::this_thread::yield();
}

//#region scan
std::size_t take_slot() {
    const std::size_t start = looks++;
    for (std::size_t step = 0; step < kSlots; ++step) {  //@ 1..
        const std::size_t slot = (start + step) % kSlots;
        if (!taken[slot].exchange(true)) return slot;  //@ ..1
        let_others_run(step);  // the processor may go to another thread here, as anywhere  //@ 2
    }
    return kNone;  // "all slots are taken"  //@ 3
}

void give_back(std::size_t slot) {
    taken[slot] = false;
}
//#endregion scan

//#region locked-scan
std::size_t take_slot_with_lock() {
    const std::lock_guard lock(mutex);
    return take_slot();
}

void give_back_with_lock(std::size_t slot) {
    const std::lock_guard lock(mutex);
    give_back(slot);
}
//#endregion locked-scan

using Take = std::size_t (*)();
using Give = void (*)(std::size_t);

void come_and_go(int visits, Take take, Give give) {
    for (int visit = 0; visit < visits; ++visit) {
        const std::size_t slot = take();
        if (slot == kNone) {
            ++refused;
            continue;
        }
        std::this_thread::yield();  // the client is served
        give(slot);
    }
}

// What happens now and then, made to happen: three clients have a slot. While the fourth one looks,
// the first gives its slot back behind it and takes another in front of it. With a lock it has to
// wait for that, so nobody waits for it.
void stage_one_visit(Take take, Give give, bool locked) {
    std::size_t slots[] = {take(), take(), take()};
    looks = kSlots;  // the next look begins at the first slot
    goes_on = is_held = false;
    hold = true;
    std::thread fourth(come_and_go, 1, take, give);
    while (!is_held) std::this_thread::yield();
    goes_on = locked;
    give(slots[0]);
    slots[0] = take();
    goes_on = true;
    fourth.join();
    for (const std::size_t slot : slots) give(slot);
}

void show(const char* title, Take take, Give give, bool locked) {
    refused = 0;
    looks = 0;
    for (std::atomic<bool>& slot : taken) slot = false;
    stage_one_visit(take, give, locked);
    std::vector<std::thread> clients;
    for (std::size_t i = 0; i < kClients; ++i)
        clients.emplace_back(come_and_go, kVisits - (i == 0 ? 2 : 1), take, give);
    for (std::thread& client : clients) client.join();
    fmt::print("{:15} {} visits, {} clients, {} slots: {} refused\n", title,
               kVisits * static_cast<int>(kClients), kClients, kSlots, refused.load());
    waymark::demo::end_step();
}

}  // namespace

int main() {
    show("without a lock:", take_slot, give_back, false);
    show("with a lock:", take_slot_with_lock, give_back_with_lock, true);
}
