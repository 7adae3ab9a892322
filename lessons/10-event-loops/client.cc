#include "client.hh"

#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <exception>
#include <filesystem>
#include <fstream>
#include <functional>
#include <sstream>
#include <stdexcept>
#include <utility>

#include "net/socket_options.hh"

namespace waymark::course::check {

namespace {

std::size_t unread(const Fd& fd) {
    int count = 0;
    if (fd) ::ioctl(fd.get(), FIONREAD, &count);
    return static_cast<std::size_t>(count);
}

// From /proc/self/fdinfo of an epoll instance (proc(5)); -1 if it does not watch this number.
long events_of(const std::string& path, int number) {
    std::ifstream file(path);
    std::string line;
    while (std::getline(file, line)) {
        std::istringstream words(line);
        std::string key;
        int watched = -1;
        unsigned long events = 0;
        words >> key >> watched >> key >> std::hex >> events;
        if (line.starts_with("tfd:") && watched == number) return static_cast<long>(events);
    }
    return -1;
}

std::string around(const std::string& text, std::size_t place) {
    const std::size_t begin = place < 24 ? 0 : place - 24;
    return (begin > 0 ? "..." : "") + text.substr(begin, 48);
}

}  // namespace

Client::Client(EventLoop& loop, Limits limits, bool small_socket) {
    daemon::SocketPair pair = daemon::make_socket_pair(SOCK_STREAM);
    if (small_socket) net::set_send_buffer(pair.first, 1);
    kept = pair.first.duplicate();
    peer_ = std::move(pair.second);
    number_ = pair.first.get();
    OutgoingQueue::Calls calls;
    calls.notice = [this](std::size_t dropped) {
        if (notice_throws) throw std::runtime_error("there is no memory for a notice");
        notices.push_back(dropped);
        const std::string text =
            "[" + std::to_string(dropped) + " dropped]" + std::string(longer_notice, '.') + "\n";
        expect_message(text);
        return text;
    };
    calls.on_room = [this] {
        ++rooms;
        at_room();
    };
    // What it has captured it may still need when it has destroyed the queue.
    calls.on_end = [this, name = std::string("a client with a long name")](End why) {
        ends.push_back(why);
        at_end(why);
        name_at_end = name;
    };
    queue_ = std::make_unique<OutgoingQueue>(loop, std::move(pair.first), limits, std::move(calls));
}

bool Client::push(const std::string& message) {
    bool is_taken = false;
    try {
        is_taken = queue_->push(message);
    } catch (const std::exception& error) {
        fail("push()", "throws nothing", std::string("threw: ") + error.what(),
             ends.empty() ? Causes{} : Causes(kEnd));
    }
    if (is_taken) expect_message(message);
    return is_taken;
}

void Client::expect_message(const std::string& text) {
    begins_.push_back(expected_.size());
    expected_ += text;
}

void Client::read(std::size_t most) {
    std::string part(std::min(most, unread(peer_)), '\0');
    if (part.empty()) return;
    const ssize_t count = ::recv(peer_.get(), part.data(), part.size(), MSG_DONTWAIT);
    part.resize(count > 0 ? static_cast<std::size_t>(count) : 0);
    const std::size_t filling = std::min(filled_, part.size());
    filled_ -= filling;
    const std::size_t before = came_.size();
    came_ += part.substr(filling);
    expect_as_pushed(before);
}

std::size_t Client::taken() const {
    return came_.size() + unread(peer_) - filled_;
}

void Client::fill() {
    read();
    const std::string text(4096, '#');
    for (std::size_t size = text.size(); size > 0;) {
        const ssize_t count = ::send(kept.get(), text.data(), size, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (count > 0) filled_ += static_cast<std::size_t>(count);
        if (count <= 0) size /= 2;
    }
}

void Client::finish_sending() {
    ::shutdown(peer_.get(), SHUT_WR);
}

bool Client::sees_the_end() {
    kept.reset();
    if (!peer_) return true;
    read();
    char byte = 0;
    return ::recv(peer_.get(), &byte, 1, MSG_DONTWAIT | MSG_PEEK) == 0;
}

// Does one of these messages begin in this place of what came?
bool Client::begins_at(std::size_t place, std::size_t first, std::size_t end) const {
    for (std::size_t i = first; i < std::min(end, begins_.size()); ++i)
        if (came_.compare(place, 4, expected_, begins_[i], 4) == 0) return true;
    return false;
}

// Does what came in this place stand in what came before it, since this message began?
bool Client::repeats_at(std::size_t place, std::size_t begin) const {
    constexpr std::size_t kSure = 4;
    if (came_.size() - place < kSure) return false;
    return expected_.find(came_.substr(place, kSure), begin) < place;
}

// Where it differs, the first place tells the mistake: what stands there instead?
void Client::expect_as_pushed(std::size_t looked_at) const {
    std::size_t place = looked_at;
    const std::size_t end = std::min(came_.size(), expected_.size());
    while (place < end && came_[place] == expected_[place]) ++place;
    if (place == came_.size()) return;
    const auto behind = std::upper_bound(begins_.begin(), begins_.end(), place);
    std::size_t sent = static_cast<std::size_t>(behind - begins_.begin());  // or begun
    bool inside = place < expected_.size() && sent > 0;
    if (inside) inside = place > begins_[sent - 1];
    // Messages have the same beginning, so the first difference may lie a little behind it.
    if (inside && place < begins_[sent - 1] + 4) place = begins_[sent - 1], inside = false;
    if (!inside && place < expected_.size() && sent > 0) --sent;
    const bool of_notice = came_[place] == '[' || (!inside && expected_[place] == '[');
    const Causes causes =
        of_notice                                        ? Causes(kNoticePlace)
        : begins_at(place, 0, sent)                      ? Causes(kAgain)
        : begins_at(place, sent, begins_.size())         ? Causes(inside ? kResumedEarly : kOrder)
        : inside && repeats_at(place, begins_[sent - 1]) ? Causes(kAgain)
                                                         : Causes{kResumedEarly, kAgain};
    fail(inside ? "the stream, in the middle of a message" : "the stream, behind a message",
         show(around(expected_, place)), show(around(came_, place)), causes);
}

std::size_t Client::bytes_left() const {
    return expected_.size() - std::min(expected_.size(), taken());
}

std::size_t Client::messages_left() const {
    if (bytes_left() == 0) return 0;
    // The last one that begins at or before what is taken is the first that is not wholly taken.
    const auto behind = std::upper_bound(begins_.begin(), begins_.end(), taken());
    return static_cast<std::size_t>(begins_.end() - behind) + 1;
}

void Client::expect_counts() {
    expect_equal(queue_->messages(), messages_left(), "messages() that wait", kMiscounted);
    expect_equal(queue_->bytes(), bytes_left(), "bytes() that wait", kMiscounted);
}

long Client::asked_for() const {
    for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fdinfo")) {
        const long events = events_of(entry.path(), number_);
        if (events != -1) return events & ~static_cast<long>(EPOLLERR | EPOLLHUP);
    }
    return -1;
}

void Client::expect_asked(bool for_room) {
    const long events = asked_for();
    expect(events != -1, "the socket", "is watched by the loop", "is not", kLeftLoop);
    expect((events & (EPOLLIN | EPOLLPRI)) == 0, "the loop", "is not asked for EPOLLIN", "it is",
           kAsksToRead);
    const bool asked = (events & EPOLLOUT) != 0;
    expect(asked == for_room, "the loop",
           for_room ? "is asked for EPOLLOUT" : "is not asked for EPOLLOUT",
           asked ? "it is" : "it is not", for_room ? kNeverAsked : kAlwaysAsked);
}

std::string message(int number, std::size_t length) {
    std::string text = std::to_string(number);
    text = "<" + std::string(text.size() < 3 ? 3 - text.size() : 0, '0') + text + ":";
    while (text.size() + 2 < length)
        text += static_cast<char>('a' + (text.size() + static_cast<std::size_t>(number)) % 26);
    return text + ">\n";
}

void round(EventLoop& loop) {
    try {
        loop.run_once(Deadline::after(milliseconds(0)));
    } catch (const std::exception& error) {
        fail("a round of the loop", "throws nothing", std::string("threw: ") + error.what(),
             kFatal);
    }
}

void rounds(EventLoop& loop, int count) {
    for (int i = 0; i < count; ++i) round(loop);
}

void settle(EventLoop& loop) {
    rounds(loop, 20);
}

std::string name_of(const std::vector<End>& ends) {
    if (ends.empty()) return "was not called";
    std::string text = "called with";
    for (const End end : ends) text += end == End::broken ? " broken" : " too_slow";
    return text;
}

void expect_end(const Client& client, End why, const Causes& causes) {
    const bool is_other = client.ends.size() == 1 && client.ends[0] != why;
    expect_equal(name_of(client.ends), name_of({why}), "on_end()",
                 is_other ? Causes(kOtherEnd) : causes);
}

void expect_no_end(const Client& client, const Causes& causes) {
    expect_equal(name_of(client.ends), name_of({}), "on_end()", causes);
}

void expect_left(Client& client) {
    expect(client.asked_for() == -1, "the socket, of which there is a second descriptor",
           "has left the loop", "is still watched", kWatched);
}

void expect_ended(Client& client, End why, const Causes& causes) {
    expect_end(client, why, causes);
    expect(!client.queue().is_open(), "is_open()", "false", "true", kEnd);
    expect_left(client);
    expect(!client.push(message(7)), "push() after the end", "false", "true", kEnd);
    expect(client.sees_the_end(), "the client", "sees the end", "sees an open connection", kEnd);
}

void pass(EventLoop& loop, milliseconds time, const Causes& thrown) {
    const Deadline until = Deadline::after(time);
    try {
        for (int i = 0; i < 100'000 && !until.expired(); ++i) loop.run_once(until);
    } catch (const std::logic_error& error) {  // net/spin_check
        fail("the loop", "waits", std::string("turns without end: ") + error.what(), kAlwaysAsked);
    } catch (const std::exception& error) {
        fail("the loop, when time has passed", "throws nothing",
             std::string("threw: ") + error.what(), thrown);
    }
    expect(until.expired(), "the loop", "waits", "turns without end", kAlwaysAsked);
}

}  // namespace waymark::course::check
