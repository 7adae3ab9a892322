// A web server lets another program make the answer (CGI, RFC 3875). Wrong: it puts what the client
// has asked for into a command, and a shell reads that. Right: fork and exec, without a shell; what
// the client says is in the environment, where it is data.
//
// Look at: what has run in the first part beside the program.

#include <unistd.h>

#include <array>
#include <string>

#include "web.hh"

using namespace waymark::demo;

namespace {

const std::string kQuery = "ann;echo all files of $(whoami|wc -l) user are mine";

// The program that is started. It is a script, as many are; the query is no part of its text.
constexpr const char* kProgram = "echo \"hello $QUERY_STRING\"";

std::string read_all(const Fd& from) {
    std::string text;
    char bytes[512];
    for (ssize_t count; (count = ::read(from.get(), bytes, sizeof bytes)) > 0;)
        text.append(bytes, static_cast<std::size_t>(count));
    return text;
}

//#region shell
std::FILE* by_a_shell(const std::string& query) {
    const std::string command = "echo hello " + query;  //@ 1
    return ::popen(command.c_str(), "r");               //@ 1
}
//#endregion shell

std::string read_and_close(std::FILE* output) {
    char bytes[512];
    const std::size_t count = std::fread(bytes, 1, sizeof bytes, output);
    ::pclose(output);
    return std::string(bytes, count);
}

//#region exec
int run_program(int output, const std::string& query) {
    const std::string variable = "QUERY_STRING=" + query;
    const char* const environment[] = {variable.c_str(), nullptr};  //@ 2
    const char* const program[] = {"/bin/sh", "-c", kProgram, nullptr};
    ::dup2(output, 1);                                       //@ 3
    ::execve(program[0], const_cast<char* const*>(program),  //@ 4
             const_cast<char* const*>(environment));         //@ 4
    return 127;
}
//#endregion exec

std::string by_exec(const std::string& query) {
    waymark::daemon::Children children;
    waymark::daemon::Pipe pipe = waymark::daemon::make_pipe();
    children.start([&] { return run_program(pipe.writing.get(), query); });
    pipe.writing.reset();
    return read_all(pipe.reading);
}

}  // namespace

int main() {
    std::setvbuf(stdout, nullptr, _IOLBF, 0);
    fmt::print("GET /cgi/hello?{}\n", kQuery);
    fmt::print("1. popen(\"echo hello QUERY\")\n");
    show_lines("<", read_and_close(by_a_shell(kQuery)));
    end_step();
    fmt::print("2. execve, with QUERY_STRING in the environment\n");
    show_lines("<", by_exec(kQuery));
    end_step();
}
