// Certificate and key, on their way from the files to the processes that use them: the web app, and
// receivers that hear phones by TLS. A process that never opens them cannot lose them: these may
// open no file outside their folders and get them as descriptors; the others have neither. The
// supervisor, from whose memory all of them begin, hands them on without ever reading a byte: the
// kernel copies (sendfile(2)) into memory files that are sealed (memfd_create(2)). So what a web app
// that is started anew gets is what the last one had, though the files may be half written at this
// moment.
//
// After the start the server is not root any more, and the key is often root's alone. So a process
// stays behind that is root still and can do one thing: open these two files, which are named when
// it begins, and hand them over (KeyKeeper).

#pragma once

#include <string>
#include <string_view>

#include "daemon/channel.hh"
#include "daemon/children.hh"
#include "daemon/fd.hh"
#include "net/tls_context.hh"

namespace waymark::tracker {

struct IdentityNames {
    std::string chain_file;
    std::string key_file;
};

// Owns nothing where there is no TLS.
struct IdentityFiles {
    daemon::Fd chain;
    daemon::Fd key;

    explicit operator bool() const { return static_cast<bool>(chain); }
    IdentityFiles duplicate() const;
};

// Sealed copies of both. Throws UsageError that names the file: it cannot be opened, is no file, is
// larger than 1 MiB, or is a key that everybody may read. Whether they fit each other is seen by
// the one who uses them.
IdentityFiles copy_identity(const IdentityNames& names);

// For net/tls_context. Throws std::system_error.
net::TlsIdentity read_identity(const IdentityFiles& files, const IdentityNames& names);

class KeyKeeper {
  public:
    // To be called as root, before this process becomes somebody else, and before there are
    // threads.
    explicit KeyKeeper(IdentityNames names);
    KeyKeeper(const KeyKeeper&) = delete;
    KeyKeeper& operator=(const KeyKeeper&) = delete;
    ~KeyKeeper();

    // The files as they are now. As copy_identity(); and std::runtime_error if the keeper is gone.
    IdentityFiles copy_identity();

  private:
    KeyKeeper(IdentityNames names, daemon::ChannelPair channel);
    daemon::Fd ask(std::string_view which, const std::string& file);
    // "" if nothing came.
    std::string receive(daemon::Fd* descriptor = nullptr);

    IdentityNames names_;
    daemon::Channel channel_;
    daemon::Children children_;  // last: it ends the keeper
};

}  // namespace waymark::tracker
