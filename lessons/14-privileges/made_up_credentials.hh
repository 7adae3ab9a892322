// A kernel that a case or a demo makes up: as long as it lives, the calls that ask for and change
// credentials go to a value (credentials.hh) and not to the system, so everybody is root here who
// says so. Users and groups are made up, too. Each change can be made to fail, or to say that it
// went well and leave something behind.
//
// /proc and open(2) know nothing of it: they show who the process really is.

#pragma once

#include <grp.h>
#include <pwd.h>
#include <sys/types.h>

#include <cerrno>
#include <functional>
#include <map>
#include <string>

#include "credentials.hh"

namespace waymark::course::check {

// What stands in errno behind a change that went well: the C library may leave anything (errno(3)).
inline constexpr int kErrnoOfSuccess = ESRCH;

class MadeUpCredentials {
  public:
    explicit MadeUpCredentials(const Credentials& beginning = Credentials::of_root());
    MadeUpCredentials(const MadeUpCredentials&) = delete;
    MadeUpCredentials& operator=(const MadeUpCredentials&) = delete;
    ~MadeUpCredentials();

    Credentials now;
    pid_t parent = 1000;
    // Names and numbers: root, www (33, group 33), nobody (65534); the groups root, adm, www.
    std::map<std::string, Ids> users;  // real: the user; effective: the group
    std::map<std::string, gid_t> groups;
    // What getpwnam(3) and getgrnam(3) say in errno where they find nothing.
    int error_of_users = 0;
    int error_of_groups = 0;
    // What getpwnam(3) leaves in errno where it finds somebody: a source that was asked before the
    // one that knew him. 0: errno stays.
    int errno_of_found_users = 0;

    // Of the changes that the rules allow, so many fail with this errno, after so many others.
    void fail_change(int after, int error, int times = 1);
    // How many changes the rules have allowed.
    int changes() const { return changes_; }
    // Before and after each change that the rules allow, the failed one not counted.
    std::function<void()> before_change;
    std::function<void(Credentials&)> after_change;
    // Before PR_SET_PDEATHSIG takes effect.
    std::function<void()> before_death_signal;
    // The rules are broken: whoever wants to be user 0 may.
    bool lets_everybody_be_root = false;
    // The same by one of the calls only: all ids at once, or the effective one.
    bool lets_all_ids_be_root = false;
    bool lets_effective_be_root = false;

    // For the functions in front of the C library's. `change` is a call of Credentials on `now`;
    // gives 0, or -1 with errno. Where it goes well errno is kErrnoOfSuccess.
    static MadeUpCredentials* current();
    int apply(const std::function<int(Credentials&)>& change);
    int prctl(int what, unsigned long argument, bool& known);
    passwd* find_user(const char* name);
    ::group* find_group(const char* name);

  private:
    int changes_ = 0;
    int fails_from_ = -1;
    int fails_until_ = -1;
    int failure_ = 0;
    passwd user_{};
    ::group group_{};
    std::string name_of_user_;
    std::string name_of_group_;
};

}  // namespace waymark::course::check
