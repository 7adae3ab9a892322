// The folder of an authority, and its files: each is there whole or not at all, also after the
// power went, and belongs to its owner alone from its first byte on. A key that was written in
// place would be half a key after a crash, and one that is made private after it was written has
// been public.

#pragma once

#include <string>
#include <string_view>

#include "daemon/fd.hh"

namespace waymark::ca {

class Folder {
  public:
    // Makes it, with mode 0700; an empty one is taken as it is. UsageError if there is something in
    // it or its place is taken.
    static Folder make(const std::string& path);
    // UsageError if it is not there or others may enter it.
    explicit Folder(const std::string& path);

    // Until this object's end nobody else does the same. UsageError if somebody has it.
    void lock();

    bool has(const std::string& name) const;
    // At most 16 MiB. Throws UsageError if it is not there.
    std::string read(const std::string& name) const;

    enum class Readers { owner, all };  // modes 0600 and 0644, whatever the umask
    // UsageError if there is a file of this name: it stays as it is.
    void write_new(const std::string& name, std::string_view text, Readers readers) const;
    // In the place of the one that is there.
    void replace(const std::string& name, std::string_view text, Readers readers) const;

    // For messages.
    std::string place_of(const std::string& name) const;

  private:
    void write(const std::string& name, std::string_view text, Readers readers,
               unsigned rename_flags) const;

    std::string path_;
    daemon::Fd folder_;
};

}  // namespace waymark::ca
