// Which files a process may open from now on, and whom it may call (landlock(7)). A filter of
// system calls sees numbers: it can forbid open(2), but not say which file. This goes by place. It
// needs no rights and asks for none: whoever reads what strangers send can lock himself in.
//
// The kernel learned it bit by bit, from Linux 5.13 on, and may be built without it. What it cannot
// do is left out, and the caller is told what holds; a program must not be refused because its
// kernel is old. What is open already stays usable, and metadata can still be looked at: stat(2)
// and chmod(2) open no file.

#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace waymark::daemon {

enum class FileRight {
    read,    // open for reading, list
    write,   // and open for writing, cut short, make new ones
    manage,  // and remove and rename within the folder
};

// What is left. A place is a file, or a folder with everything below it; it must exist.
struct Premises {
    struct Place {
        std::string path;
        FileRight right;
    };
    std::vector<Place> places = {};
    std::vector<std::uint16_t> tcp_connect_to = {};  // ports
    bool connects_to_any_port = false;               // then these do not count
};

// What the kernel has enforced, by the version (ABI) of its Landlock; 0: it has none.
struct Enforced {
    int version = 0;

    bool files() const { return version >= 1; }
    bool truncating() const { return version >= 3; }  // truncate(2) as well
    bool tcp() const { return version >= 4; }
    bool devices() const { return version >= 5; }    // ioctl(2) on those that are opened later
    bool processes() const { return version >= 6; }  // signals, abstract sockets

    // "files, TCP and signals (Landlock, version 7)", or "nothing: this kernel has no Landlock".
    std::string describe() const;
};

// The version of the kernel's Landlock; 0 if it has none, has it switched off, or a container does
// not let us ask.
int landlock_version();

// Opening a file elsewhere fails with EACCES from now on, connecting by TCP to other ports and
// binding to any as well, and signalling others with EPERM, as far as the kernel can: for this
// thread and all that it starts. It holds besides the rights that a process has anyhow. Sets
// no_new_privileges (daemon/privileges.hh), and cannot be taken back. To be called before there are
// threads. Throws std::system_error: if a place is not there, or the kernel has Landlock and
// refuses.
Enforced stay_within(const Premises& premises);

}  // namespace waymark::daemon
