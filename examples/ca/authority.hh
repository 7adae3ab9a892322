// A small authority in a folder: who it is, what it has issued, what it has revoked.
//
//     authority.pem   its certificate: for everybody who is to believe it
//     authority.key   its key: who has it is the authority
//     revoked.pem     the list of what it has revoked (CRL): for servers
//     ledger          what it has issued
//     NAME.pem, NAME.key, NAME.p12
//
// One program at a time works in it.

#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "folder.hh"
#include "ledger.hh"
#include "net/certificate.hh"

namespace waymark::ca {

// What was written, for the person at the terminal.
struct Written {
    struct File {
        std::string place;
        std::string what_for;
    };
    std::vector<File> files;
    std::string password;  // of NAME.p12; nowhere else
};

class Authority {
  public:
    // A new one, and its empty list. UsageError if the folder is in use or the name cannot be one.
    static Written make(const std::string& path, const std::string& name, std::chrono::days life,
                        std::chrono::days list_life);

    explicit Authority(const std::string& path);

    // Certificate and key; first into the ledger, so that nothing is out that cannot be revoked. It
    // never lives longer than the authority.
    Written issue(net::CertificateRequest request, bool for_browsers);

    // All that have this name or this serial number, and a new list. Those that are revoked already
    // stay as they are. UsageError if there is none.
    struct Revoked {
        std::vector<Issued> now;
        Written written;
    };
    Revoked revoke(std::string_view name_or_serial, std::chrono::days list_life);

    // The list anew, good for so long.
    Written write_list(std::chrono::days list_life);

    const Ledger& ledger() const { return ledger_; }

  private:
    void save_ledger() const;

    Folder folder_;
    net::Credential own_;
    Ledger ledger_;
};

// What a file of this name begins with: the name itself, with "_" for "*". UsageError for names
// that are no file's: with a slash, a point or dash at the front, control characters.
std::string file_name_of(const std::string& name);

}  // namespace waymark::ca
