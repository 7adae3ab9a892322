// The control socket: what a person may change while the balancer runs. A Unix socket with mode
// 0600: who may open the file may command, and the network does not come near it.
//
// A command is one line of at most kLongestCommand bytes, the answer some lines, the last word of
// ours the end. The first line is "ok" or "error: " and what is wrong.
//
//     status                      the table of back ends
//     drain B, undrain B          no new clients for B; clients again
//     wait B                      answers when B has no client any more; an error if B may get
//                                 another one
//     add HOST:PORT[,weight=N]    looks the name up, and takes it in
//     remove B                    no new clients; it is gone when those it has have ended

#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "back_ends.hh"
#include "daemon/log.hh"
#include "daemon/thread_pool.hh"
#include "net/acceptor.hh"
#include "net/event_loop.hh"
#include "net/listener.hh"
#include "net/stream.hh"
#include "net/task_group.hh"

namespace waymark::balancer {

class Control {
  public:
    static constexpr std::size_t kLongestCommand = 1024;
    static constexpr std::size_t kMostClients = 16;

    // All must outlive it. `pool` looks names up, which blocks.
    Control(net::EventLoop& loop, daemon::Log& log, BackEnds& back_ends, daemon::ThreadPool& pool,
            net::Listener listener);
    ~Control();

    // Nobody else, and who is there is hung up on.
    void stop();

  private:
    net::Task<void> serve(daemon::Fd socket);
    net::Task<std::string> hear(net::Stream& stream);
    net::Task<std::string> answer(net::Stream& stream, std::string command);
    net::Task<std::string> add(std::string text);
    net::Task<std::string> wait(net::Stream& stream, std::string name);
    std::string answer_at_once(std::string_view word, std::string_view rest);

    net::EventLoop& loop_;
    daemon::Log& log_;
    BackEnds& back_ends_;
    daemon::ThreadPool& pool_;
    net::Acceptor acceptor_;
    net::TaskGroup clients_;
};

// The table of back ends, with a line of heads.
std::string status_table(const BackEnds& back_ends);

// `balancer control PATH WORD...`: asks, prints what the answer is, gives the exit code: 0, or 100
// if the balancer has refused it. Throws std::system_error if nobody answers there.
int run_control(const std::string& path, const std::vector<std::string>& words);

}  // namespace waymark::balancer
