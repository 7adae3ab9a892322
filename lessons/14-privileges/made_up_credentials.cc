#include "made_up_credentials.hh"

#include <linux/securebits.h>
#include <sys/prctl.h>

#include <cassert>
#include <cerrno>

namespace waymark::course::check {

namespace {

MadeUpCredentials* the_credentials = nullptr;

char kNoText[] = "";
char* kNobody[] = {nullptr};

}  // namespace

MadeUpCredentials* MadeUpCredentials::current() {
    return the_credentials;
}

MadeUpCredentials::MadeUpCredentials(const Credentials& beginning)
    : now(beginning),
      users{{"root", {0, 0, 0}}, {"www", {33, 33, 0}}, {"nobody", {65534, 65534, 0}}},
      groups{{"root", 0}, {"adm", 4}, {"www", 33}} {
    assert(the_credentials == nullptr);
    the_credentials = this;
}

MadeUpCredentials::~MadeUpCredentials() {
    the_credentials = nullptr;
}

void MadeUpCredentials::fail_change(int after, int error, int times) {
    fails_from_ = changes_ + after;
    fails_until_ = fails_from_ + times;
    failure_ = error;
}

int MadeUpCredentials::apply(const std::function<int(Credentials&)>& change) {
    Credentials changed = now;
    int error = change(changed);
    if (error == 0) {
        if (changes_ >= fails_from_ && changes_ < fails_until_) error = failure_;
        ++changes_;
    }
    if (error == 0) {
        if (before_change) before_change();
        now = changed;
        if (after_change) after_change(now);
        errno = kErrnoOfSuccess;
        return 0;
    }
    errno = error;
    return -1;
}

int MadeUpCredentials::prctl(int what, unsigned long argument, bool& known) {
    known = true;
    switch (what) {
        case PR_GET_PDEATHSIG:
            *reinterpret_cast<int*>(argument) = now.parent_death_signal;
            return 0;
        case PR_SET_PDEATHSIG:
            if (before_death_signal) before_death_signal();
            return apply([&](Credentials& all) {
                if (argument > 64) return EINVAL;
                all.parent_death_signal = static_cast<int>(argument);
                return 0;
            });
        case PR_SET_NO_NEW_PRIVS:
            return apply([&](Credentials& all) {
                all.no_new_privileges = true;
                return argument == 1 ? 0 : EINVAL;
            });
        case PR_GET_NO_NEW_PRIVS:
            return now.no_new_privileges ? 1 : 0;
        case PR_SET_KEEPCAPS:
            return apply([&](Credentials& all) {
                const unsigned others = all.securebits & ~unsigned{SECBIT_KEEP_CAPS};
                all.securebits = others | (argument != 0 ? SECBIT_KEEP_CAPS : 0);
                return argument > 1 ? EINVAL : 0;
            });
        case PR_GET_KEEPCAPS:
            return (now.securebits & SECBIT_KEEP_CAPS) != 0 ? 1 : 0;
        case PR_SET_SECUREBITS:
            return apply([&](Credentials& all) {
                return all.set_securebits(static_cast<unsigned>(argument));
            });
        case PR_GET_SECUREBITS:
            return static_cast<int>(now.securebits);
        default:
            known = false;
            return 0;
    }
}

passwd* MadeUpCredentials::find_user(const char* name) {
    const auto found = users.find(name);
    if (found == users.end()) {
        if (error_of_users != 0) errno = error_of_users;
        return nullptr;
    }
    if (errno_of_found_users != 0) errno = errno_of_found_users;
    name_of_user_ = name;
    user_ = {name_of_user_.data(),
             kNoText,
             found->second.real,
             found->second.effective,
             kNoText,
             kNoText,
             kNoText};
    return &user_;
}

::group* MadeUpCredentials::find_group(const char* name) {
    const auto found = groups.find(name);
    if (found == groups.end()) {
        if (error_of_groups != 0) errno = error_of_groups;
        return nullptr;
    }
    name_of_group_ = name;
    group_ = {name_of_group_.data(), kNoText, found->second, kNobody};
    return &group_;
}

}  // namespace waymark::course::check
