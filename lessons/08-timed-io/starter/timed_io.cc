// What is yours to write in lesson 08, with read_line in line_reader.cc. net/timed_io.hh is the
// contract. Begin with the waits; everything else stands on them. `fail` throws std::system_error.
//
// For all of them: the mode of the descriptor stays as it is, also while a call lasts; and nothing
// else is changed and left so (its options, the signal mask, SIGPIPE's action). The descriptor may be
// a socket or a pipe, blocking or not, and a call must not block after the wait. EAGAIN means: wait
// again, for what is left. EINTR is no attempt: the same, or call again at once. When the deadline
// has come, what is there is still moved by one attempt without waiting, and not by a second one;
// also where the descriptor is called ready each time and nothing moves.

// Write these: `ready` when a read (write) will not block: bytes, the end, an error to be told.
// `timed_out` not before the deadline has come. A deadline that has come still asks once. A
// descriptor that is none, negative or closed, throws EBADF; another failure of the wait throws, too.
Ready wait_readable(const Fd&, Deadline) {
    fail(ENOSYS, "wait_readable", "is not written yet");
}
Ready wait_writable(const Fd&, Deadline) {
    fail(ENOSYS, "wait_writable", "is not written yet");
}

// Write these: the same by select(2). A descriptor from FD_SETSIZE on throws EINVAL.
Ready wait_readable_by_select(const Fd&, Deadline) {
    return Ready::timed_out;
}
Ready wait_writable_by_select(const Fd&, Deadline) {
    return Ready::timed_out;
}

// Write this: EAGAIN and EINTR are try_again. ECONNRESET, EPIPE, ETIMEDOUT, ECONNABORTED,
// ECONNREFUSED, EHOSTUNREACH, EHOSTDOWN, ENETUNREACH, ENETDOWN and ENETRESET are broken; so is what
// a router may have said last before the kernel gave up (icmp(7)): EACCES, ENOPROTOOPT, EPROTO,
// ENONET and EOPNOTSUPP. All others are failure.
IoErrorKind classify_io_error(int) {
    return IoErrorKind::failure;
}

// Write this: at least one byte, at most the buffer. The end of the stream is {end, 0}, the deadline
// {timed_out, 0}, a broken connection {broken, 0}. A failure throws with its errno.
IoResult read_some(const Fd&, std::span<std::byte>, Deadline) {
    return {IoStatus::timed_out, 0};
}

// Write this: the whole buffer and not a byte more. `count` tells how many bytes came, whatever the
// status. A buffer of no bytes is {done, 0}, without waiting.
IoResult read_exactly(const Fd&, std::span<std::byte>, Deadline) {
    return {IoStatus::timed_out, 0};
}

// Write this: all of `bytes`. `count` tells how many the kernel took, whatever the status. A reader
// that is gone is `broken`, and no SIGPIPE is raised, nor pending. No bytes: {done, 0}.
IoResult write_all(const Fd&, std::span<const std::byte>, Deadline) {
    return {IoStatus::timed_out, 0};
}
