// A client that is gone raises no signal, in lesson 10.

#include <doctest/doctest.h>
#include <signal.h>
#include <sys/wait.h>

#include "client.hh"
#include "lessons/course/check/faults.hh"
#include "lessons/course/check/processes.hh"

using namespace waymark::course::check;

TEST_CASE("no signal is raised") {
    step("the client hangs up when a message is being sent; SIGPIPE would end the process");
    const int status = in_a_process([] {
        ::signal(SIGPIPE, SIG_DFL);
        EventLoop loop;
        Client client(loop);
        client.push(message(1));
        Faults faults;
        faults.before(Call::write, [&] { client.hang_up(); });
        loop.run_once(Deadline::after(milliseconds(0)));
        struct sigaction action {};
        ::sigaction(SIGPIPE, nullptr, &action);
        if (action.sa_handler != SIG_DFL) return 2;
        return name_of(client.ends) == name_of({End::broken}) ? 0 : 1;
    });
    expect(!WIFSIGNALED(status), "the process", "lives on",
           "ended by signal " + show(WTERMSIG(status)), kSigpipe);
    expect(WEXITSTATUS(status) != 2, "the action of SIGPIPE, which belongs to the whole process",
           "as it was", "changed", kChanged);
    expect(WEXITSTATUS(status) == 0, "on_end(broken)", "was called once", "was not", kBroken);
}
