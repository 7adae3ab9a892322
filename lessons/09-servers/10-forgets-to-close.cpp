// The wrong way first: a server that closes where an error leads, and not where its client has hung
// up. It has nothing more to do with that client, and the kernel waits for it: the connection is in
// CLOSE_WAIT as long as the process has the descriptor. There is no time limit for that. When
// descriptors have run out nobody gets in any more, and nobody is inside.
//
// Look at what ss(8) says of connections that nobody uses, and at what the last client hears.

#include <sys/resource.h>
#include <sys/wait.h>

#include <algorithm>
#include <array>
#include <csignal>

#include "by_hand.hh"

using namespace waymark::demo;

namespace {

constexpr rlim_t kDescriptors = 24;  // of the server, so that they run out soon
constexpr int kMany = 40;

//#region forgets
void answer_all(int client) {
    char bytes[100];
    for (;;) {
        const ssize_t length = ::read(client, bytes, sizeof bytes);  //@ 1
        if (length == 0) return;  // it has hung up: nothing more to do  //@ 2
        if (length == -1) break;
        if (::write(client, bytes, static_cast<std::size_t>(length)) == -1) break;
    }
    ::close(client);  //@ 3
}
//#endregion forgets

//#region owns
void answer_and_close(Fd client) {  //@ 1
    char bytes[100];
    for (;;) {
        const ssize_t length = ::read(client.get(), bytes, sizeof bytes);
        if (length <= 0) return;  //@ 2
        if (::write(client.get(), bytes, static_cast<std::size_t>(length)) == -1) return;
    }
}
//#endregion owns

void tell(const Fd& demo, int error_number) {
    (void)!::write(demo.get(), &error_number, sizeof error_number);
}

// Tells of each client whose conversation is over: 0; and at last why accept fails.
[[noreturn]] void serve(const Fd& listener, const Fd& demo, bool owns) {
    const rlimit few{kDescriptors, kDescriptors};
    check(::setrlimit(RLIMIT_NOFILE, &few), "setrlimit");
    for (;;) {
        Fd client(::accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC));
        if (!client) break;
        if (owns)
            answer_and_close(std::move(client));
        else
            answer_all(client.release());
        tell(demo, 0);
    }
    tell(demo, errno);
    for (;;) ::pause();  // it would try again and again, as in 7-busy-loop
}

class Server {
  public:
    explicit Server(bool owns) {
        const Fd listener = listen_at(Address::parse("127.0.0.1:0"));
        address_ = local_address(listener);
        waymark::daemon::Pipe pipe = waymark::daemon::make_pipe();
        told_ = std::move(pipe.reading);
        pid_ = check(::fork(), "fork");
        if (pid_ == 0) serve(listener, pipe.writing, owns);
    }
    ~Server() {
        ::kill(pid_, SIGKILL);
        ::waitpid(pid_, nullptr, 0);
    }
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;

    // A client asks. What it hears, or nothing where the server says that accept has failed.
    std::string answer_to(const Fd& client) const {
        (void)!::write(client.get(), "hello", 5);
        std::array<pollfd, 2> ready{{{client.get(), POLLIN, 0}, {told_.get(), POLLIN, 0}}};
        ::poll(ready.data(), ready.size(), -1);
        char bytes[100];
        const ssize_t length = ::recv(client.get(), bytes, sizeof bytes, MSG_DONTWAIT);
        return length > 0 ? std::string(bytes, static_cast<std::size_t>(length)) : "nothing";
    }

    // Clients come, ask and hang up, one after the other. How many, until one hears nothing.
    int serve_clients(int wanted) {
        for (int served = 0; served < wanted; ++served) {
            last_ = connect_to(address_);
            if (answer_to(last_) == "nothing") return served;
            last_.reset();
            hear();
        }
        return wanted;
    }

    int hear() const {
        int error_number = 0;
        (void)!::read(told_.get(), &error_number, sizeof error_number);
        return error_number;
    }

    const Address& address() const { return address_; }

  private:
    Address address_;
    Fd last_;  // whom nobody has answered
    Fd told_;
    pid_t pid_ = -1;
};

// Prints the command and what it says of the server's ends, a blank between two words.
void print_ss(const Server& server, const char* states, const char* and_then) {
    const std::string command =
        fmt::format("ss -Htn {}sport = :{}{}", states, server.address().port(), and_then);
    fmt::print("   $ {}\n", command);
    std::fflush(stdout);
    std::FILE* const said = ::popen(command.c_str(), "r");
    check(said == nullptr ? -1 : 0, "popen");
    int before = '\n';
    for (int byte = 0; (byte = std::fgetc(said)) != EOF; before = byte)
        if (byte != ' ' || (before != ' ' && before != '\n')) std::putchar(byte);
    ::pclose(said);
}

void print_count(const Server& server, const std::string& heard) {
    fmt::print("   the next client is connected, and hears {}\n", heard);
    print_ss(server, "state close-wait ", " | wc -l");
    end_step();
}

}  // namespace

int main() {
    std::setvbuf(stdout, nullptr, _IOLBF, 0);
    {
        Server server(false);
        server.serve_clients(3);
        fmt::print("1. three clients have asked, and have hung up\n");
        print_ss(server, "", "");
        end_step();
        const int served = server.serve_clients(kMany);
        fmt::print("2. {} more, then accept: {}\n", served, error_text(server.hear()));
        print_count(server, "nothing");
    }
    Server server(true);
    fmt::print("3. every way out closes: {} have come and gone\n", server.serve_clients(kMany));
    const Fd client = connect_to(server.address());
    print_count(server, server.answer_to(client));
}
