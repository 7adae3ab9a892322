#include "daemon/channel.hh"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <fmt/core.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>
#include <system_error>
#include <vector>

#include "daemon/children_under_test.hh"

using namespace waymark::daemon;
using Result = Channel::Result;

namespace {

// What a peer that breaks the rules does: any length, any number of descriptors.
void send_raw(const Channel& from, std::size_t length, int number, int copies) {
    std::vector<char> text(length, 'x');
    std::vector<int> numbers(static_cast<std::size_t>(copies), number);
    const std::size_t size = numbers.size() * sizeof(int);
    alignas(cmsghdr) char control[CMSG_SPACE(8 * sizeof(int))] = {};
    iovec part{text.data(), text.size()};
    msghdr header{};
    header.msg_iov = &part;
    header.msg_iovlen = 1;
    if (copies > 0) {
        header.msg_control = control;
        header.msg_controllen = CMSG_SPACE(size);
        cmsghdr* rights = CMSG_FIRSTHDR(&header);
        rights->cmsg_level = SOL_SOCKET;
        rights->cmsg_type = SCM_RIGHTS;
        rights->cmsg_len = CMSG_LEN(size);
        std::memcpy(CMSG_DATA(rights), numbers.data(), size);
    }
    REQUIRE(::sendmsg(from.fd().get(), &header, MSG_NOSIGNAL) == static_cast<ssize_t>(length));
}

int fill(Channel& channel, std::string_view message) {
    int count = 0;
    while (channel.send(message) == Result::done) ++count;
    return count;
}

}  // namespace

TEST_CASE("messages keep their borders and their order") {
    auto [first, second] = make_channel();
    CHECK(first.send("one") == Result::done);
    CHECK(first.send(std::string("t\0o", 3)) == Result::done);
    CHECK(second.receive().message == "one");
    CHECK(second.receive().message == std::string("t\0o", 3));
    CHECK(second.receive().result == Result::would_block);
}

TEST_CASE("both ends send and receive") {
    auto [first, second] = make_channel();
    CHECK(second.send("back") == Result::done);
    CHECK(first.receive().message == "back");
}

TEST_CASE("the longest message passes whole") {
    auto [first, second] = make_channel();
    std::string longest(Channel::kMaxMessage, 'a');
    longest.back() = 'z';
    CHECK(first.send(longest) == Result::done);
    CHECK(second.receive().message == longest);
}

TEST_CASE("a message longer than allowed ends the channel instead of being cut") {
    auto [first, second] = make_channel();
    send_raw(first, Channel::kMaxMessage + 1, -1, 0);
    CHECK(first.send("after it") == Result::done);
    CHECK(second.receive().result == Result::closed);
    CHECK(second.receive().result == Result::closed);
    CHECK(second.send("no") == Result::closed);
    CHECK(first.send("no") == Result::closed);
}

TEST_CASE("an empty message is the end") {
    auto [first, second] = make_channel();
    const int before = count_open_descriptors();
    send_raw(first, 0, STDERR_FILENO, 1);
    CHECK(second.receive().result == Result::closed);
    CHECK(count_open_descriptors() == before);
}

TEST_CASE("the end of the other side is seen after its last message") {
    auto [first, second] = make_channel();
    CHECK(first.send("last") == Result::done);
    first.close();
    CHECK(first.send("no") == Result::closed);
    CHECK(first.receive().result == Result::closed);
    CHECK(second.receive().message == "last");
    CHECK(second.receive().result == Result::closed);
    CHECK(second.send("too late") == Result::closed);
}

TEST_CASE("an end that died with unread messages loses none of those it had sent") {
    auto [first, second] = make_channel();
    CHECK(second.send("never read") == Result::done);
    CHECK(first.send("one") == Result::done);
    CHECK(first.send("two") == Result::done);
    first.close();
    CHECK(second.receive().message == "one");
    CHECK(second.receive().message == "two");
    CHECK(second.receive().result == Result::closed);
}

TEST_CASE("a full channel says would_block and goes on after a receive") {
    auto [first, second] = make_channel();
    const std::string message(30'000, 'm');
    const int sent = fill(first, message);
    CHECK(sent > 1);
    CHECK(second.receive().message == message);
    CHECK(first.send(message) == Result::done);
    int received = 0;
    while (second.receive().result == Result::done) ++received;
    CHECK(received == sent);
}

TEST_CASE("bigger buffers let more messages wait") {
    auto [first, second] = make_channel();
    auto [small_first, small_second] = make_channel();
    int small = 4096;
    REQUIRE(::setsockopt(small_first.fd().get(), SOL_SOCKET, SO_SNDBUF, &small, sizeof small) == 0);
    const std::size_t granted = first.grow_buffers(200'000);
    CHECK(granted >= 200'000);
    CHECK(fill(first, "ping") > fill(small_first, "ping"));
}

TEST_CASE("room grows for the end that asked, and does not shrink") {
    auto [asked, other] = make_channel();
    auto [plain_asked, plain_other] = make_channel();
    const std::string message(10'000, 'm');
    const std::size_t granted = asked.grow_buffers(210'000);
    CHECK(asked.grow_buffers(1'000) == granted);
    CHECK(fill(asked, message) > fill(plain_asked, message));
    CHECK(fill(other, message) == fill(plain_other, message));
}

TEST_CASE("room that root has asked for is kept by who has no rights to ask for it") {
    if (::geteuid() != 0) {
        fmt::print("SKIP: room beyond the limit: needs root\n");
        return;
    }
    auto [first, second] = make_channel();
    constexpr std::size_t kMuch = 64 * 1024 * 1024;
    REQUIRE(first.grow_buffers(kMuch) == kMuch);
    const ExitStatus status = status_of([&] {
        if (::setuid(65533) == -1) return 1;
        return first.grow_buffers(2 * kMuch) == kMuch ? 0 : 2;
    });
    CHECK(status.describe() == "exit status 0");
}

TEST_CASE("too many descriptors on their way are told from a full channel") {
    if (::geteuid() != 0) {
        fmt::print("SKIP: too many descriptors on their way: needs root, to become another user\n");
        return;
    }
    const ExitStatus status = status_of([] {
        auto [first, second] = make_channel();
        const rlimit few{20, 20};
        // A user that nobody else is: what is on its way is counted for each user.
        const auto user = static_cast<uid_t>(1'000'000 + ::getpid());
        if (::setrlimit(RLIMIT_NOFILE, &few) == -1 || ::setuid(user) == -1) return 1;
        Result result = Result::done;
        for (int i = 0; i < 100 && result == Result::done; ++i)
            result = first.send("x", &second.fd());
        pollfd writable{first.fd().get(), POLLOUT, 0};
        if (::poll(&writable, 1, 0) != 1) return 2;
        return result == Result::exhausted ? 0 : 3;
    });
    CHECK(status.describe() == "exit status 0");
}

TEST_CASE("a descriptor travels, is close-on-exec and names the same open file") {
    auto [first, second] = make_channel();
    Pipe pipe = make_pipe();
    CHECK(first.send("reading end", &pipe.reading) == Result::done);
    pipe.reading.reset();
    const Channel::Received received = second.receive();
    CHECK(received.message == "reading end");
    REQUIRE(received.descriptor);
    CHECK((::fcntl(received.descriptor.get(), F_GETFD) & FD_CLOEXEC) != 0);
    REQUIRE(::write(pipe.writing.get(), "x", 1) == 1);
    char byte = 0;
    CHECK(::read(received.descriptor.get(), &byte, 1) == 1);
    CHECK(byte == 'x');
}

TEST_CASE("a message without a descriptor gives none, also after one that had one") {
    auto [first, second] = make_channel();
    Pipe pipe = make_pipe();
    CHECK(first.send("with", &pipe.reading) == Result::done);
    CHECK(first.send("without") == Result::done);
    CHECK(second.receive().descriptor);
    CHECK_FALSE(second.receive().descriptor);
}

// Two fit into the padding of the control buffer, three and more do not: both ways must be closed.
TEST_CASE("more than one descriptor ends the channel and leaks none") {
    for (const int copies : {2, 3, 5}) {
        CAPTURE(copies);
        auto [first, second] = make_channel();
        const int before = count_open_descriptors();
        send_raw(first, 1, STDERR_FILENO, copies);
        const Channel::Received received = second.receive();
        CHECK(received.result == Result::closed);
        CHECK_FALSE(received.descriptor);
        CHECK(count_open_descriptors() == before);
    }
}

TEST_CASE("a channel end itself can be handed over") {
    auto [control_here, control_there] = make_channel();
    auto [data_here, data_there] = make_channel();
    CHECK(control_here.send("store", &data_there.fd()) == Result::done);
    Channel data(control_there.receive().descriptor);
    CHECK(data.send("fix") == Result::done);
    CHECK(data_here.receive().message == "fix");
}

TEST_CASE("messages pass between processes, and the death of one is the end for the other") {
    auto [parent, child] = make_channel();
    const pid_t pid = ::fork();
    REQUIRE(pid != -1);
    if (pid == 0) {
        parent.close();
        ::_exit(child.send("from the child") == Result::done ? 0 : 1);
    }
    child.close();
    int status = -1;
    REQUIRE(::waitpid(pid, &status, 0) == pid);
    CHECK(status == 0);
    CHECK(parent.receive().message == "from the child");
    CHECK(parent.receive().result == Result::closed);
}

TEST_CASE("a socket that keeps no borders is refused") {
    try {
        Channel channel(make_socket_pair(SOCK_STREAM).first);
        FAIL("a stream was taken");
    } catch (const std::system_error& error) {
        CHECK(error.code().value() == EPROTOTYPE);
    }
}
