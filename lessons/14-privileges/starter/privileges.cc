// What is yours to write in lesson 14. Given above, besides the includes: Identity, a user and a group
// by their numbers, and fail_to_find, which says of a look-up that gave nothing what errno meant.

// Write this: becomes `user` for good. Look the names up first, and change nothing if one is unknown:
// getpwnam(3), getgrnam(3), and fail_to_find(errno, "getpwnam", "user", user). With an empty `group` it
// is the user's own. Then supplementary groups (none is left), group, user: all three ids of each. Every
// call that fails is thrown, daemon::check() does that. Then the proof: read all ids and the groups
// back, and try to be root again, by setresuid(2) and seteuid(2); what must not be throws EPERM by
// fail(). (Not if `user` is root.) Then give up all capabilities: capset(2), by syscall(2), for there is no
// function of the C library; not if `user` is root. (They may go before the proof as well: it proves
// what is left.) The parent-death signal (prctl(2)) is kept: ask for it before, set it again at the end, and
// if one is set and the parent is another one by then, _exit with kExitSystem. Who has these ids already,
// and no supplementary group, needs no root for any of it.
void drop_permanently(const std::string&, const std::string&) {
    throw std::system_error(ENOSYS, std::generic_category(), "drop_permanently is to be written");
}

// Write this: remembers effective user and group and the supplementary groups, and becomes `user`,
// `group`, and `group` as the only supplementary one, all effective only. If a call fails, what was
// changed is brought back, and the errno of that call is thrown.
ScopedEffectiveUser::ScopedEffectiveUser(uid_t, gid_t) : previous_user_(), previous_group_() {}

ScopedEffectiveUser::~ScopedEffectiveUser() {
    go_back();
}

// Write this: brings all three back. If one of the calls fails, it says so by print_error() and ends the
// process by _exit(kExitSystem).
void ScopedEffectiveUser::go_back() {}
