// Wrong: an echo service whose messages say how long they are, and that believes it. A message is
// two bytes of length and the text; the answer is the text. One client sends a secret. The next one
// sends three letters, and says that they are forty.
//
// Look at: what the second client gets. No sanitizer sees it: all of it is in the buffer. Then the
// buffer ends where the memory ends, and the server with it.

#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <string>
#include <string_view>

#include "lessons/course/end_step.hh"

namespace {

std::size_t number(const std::uint8_t* bytes) {
    return static_cast<std::size_t>(bytes[0]) << 8 | bytes[1];
}

// Byte by byte, so that the last one that can be read is read.
std::string text_of(const std::uint8_t* bytes, std::size_t length) {
    std::string text;
    for (std::size_t i = 0; i < length; ++i) text += static_cast<char>(bytes[i]);
    return text;
}

//#region trusted-length
std::string believing(const std::uint8_t* message, std::size_t) {
    const std::size_t length = number(message);  //@ 1
    return text_of(message + 2, length);
}

std::string bounding(const std::uint8_t* message, std::size_t received) {
    const std::size_t length = std::min(number(message), received - 2);  //@ 2
    return text_of(message + 2, length);
}
//#endregion trusted-length

using Answer = std::string (*)(const std::uint8_t*, std::size_t);

// As recvfrom(2) would: what was in the buffer before stays behind the new bytes.
std::size_t receive(std::uint8_t* buffer, std::size_t claimed, std::string_view text) {
    buffer[0] = static_cast<std::uint8_t>(claimed >> 8);
    buffer[1] = static_cast<std::uint8_t>(claimed);
    std::copy(text.begin(), text.end(), buffer + 2);
    return text.size() + 2;
}

void talk(Answer answer) {
    static std::uint8_t buffer[1500];
    const std::string_view secret = "login anna, password blue-heron-42";
    answer(buffer, receive(buffer, secret.size(), secret));
    const std::size_t received = receive(buffer, 40, "abc");
    std::string text = answer(buffer, received);
    for (char& letter : text)
        if (!std::isprint(static_cast<unsigned char>(letter))) letter = '.';
    std::printf("   3 letters sent, %zu got: %s\n", text.size(), text.c_str());
}

// The buffer ends where a page ends; nothing may be read behind it.
void at_the_end_of_memory(Answer answer) {
    const auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
    void* memory =
        ::mmap(nullptr, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    auto* begin = static_cast<std::uint8_t*>(memory);
    ::mprotect(begin + page, page, PROT_NONE);
    std::uint8_t* buffer = begin + page - 5;
    const std::size_t received = receive(buffer, 60'000, "abc");
    const std::size_t length = answer(buffer, received).size();
    std::printf("   3 letters sent, %zu got\n", length);
}

void in_a_server(const char* title, Answer answer) {
    std::printf("%s\n", title);
    std::fflush(stdout);
    const pid_t server = ::fork();
    if (server == 0) {
        ::signal(SIGSEGV, SIG_DFL);  // a sanitizer would tell of it in its own way
        at_the_end_of_memory(answer);
        std::fflush(stdout);
        ::_exit(0);
    }
    int status = 0;
    ::waitpid(server, &status, 0);
    if (WIFSIGNALED(status)) std::printf("   signal %d ended the server\n", WTERMSIG(status));
    waymark::demo::end_step();
}

}  // namespace

int main() {
    std::puts("1. the server believes the length");
    talk(believing);
    waymark::demo::end_step();
    in_a_server("2. the same, and behind the buffer is no memory", believing);
    std::puts("3. the smaller number wins");
    talk(bounding);
    waymark::demo::end_step();
    in_a_server("4. the same, and behind the buffer is no memory", bounding);
}
