#include "lessons/course/check/stack_on_demand.hh"

#include <dlfcn.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>

#include "lessons/course/agreed.hh"

extern "C" [[gnu::weak]] void __sanitizer_print_stack_trace();

namespace waymark::course::check {

namespace {

void print(std::string_view text) {
    ::syscall(SYS_write, STDERR_FILENO, text.data(), text.size());
}

void print_stack(int) {
    const int error = errno;
    print(stack_begin(::gettid()));
    __sanitizer_print_stack_trace();
    print(kStackEnd);
    errno = error;
}

}  // namespace

// By the C library's own function: that of the thread sanitizer would keep the signal until the
// call that hangs has come back.
void print_stacks_on_demand() {
    if (__sanitizer_print_stack_trace == nullptr) return;
    void* const library = ::dlopen("libc.so.6", RTLD_LAZY | RTLD_NOLOAD);
    if (library == nullptr) return;
    using Sigaction = int(int, const struct sigaction*, struct sigaction*);
    auto* const set_action = reinterpret_cast<Sigaction*>(::dlsym(library, "sigaction"));
    struct sigaction action {};
    action.sa_handler = print_stack;
    action.sa_flags = SA_RESTART;
    ::sigemptyset(&action.sa_mask);
    if (set_action != nullptr) set_action(stack_signal(), &action, nullptr);
    ::dlclose(library);
}

}  // namespace waymark::course::check
