#include "options.hh"

#include <CLI/CLI.hpp>

#include "daemon/error.hh"
#include "examples/command_line.hh"

namespace waymark::ca {

namespace {

// The word that was said, and what is said after it.
class Words {
  public:
    Words(CLI::App& app, Options& options) : app_(app), options_(options) {}

    CLI::App& add(Word word, const std::string& name, const std::string& text) {
        CLI::App* const added = app_.add_subcommand(name, text);
        added->callback([this, word] { options_.word = word; });
        return *added;
    }
    void add_days(CLI::App& word, const std::string& text, int most) {
        word.add_option("--days", options_.days, text)->check(CLI::Range(1, most));
    }

  private:
    CLI::App& app_;
    Options& options_;
};

}  // namespace

std::optional<Options> parse_options(int argument_count, char** arguments) {
    Options options;
    CLI::App app("A small authority for TLS: certificates for your own servers and clients.", "ca");
    app.require_subcommand(0, 1);
    app.fallthrough();
    app.add_option("--folder", options.folder, "where the authority is")->capture_default_str();
    Words words(app, options);

    CLI::App& init = words.add(Word::init, "init", "makes an authority");
    init.add_option("--name", options.name, "what others will read of it");
    words.add_days(init, "how long it lives (3650)", 36'500);

    CLI::App& server = words.add(Word::server, "server", "a certificate and key for a server");
    server.add_option("NAME", options.names, "its DNS names and IP addresses, the main one first")
        ->required();
    words.add_days(server, "how long it is good (397)", 3'650);

    CLI::App& client = words.add(Word::client, "client", "a certificate and key for a client");
    client.add_option("NAME", options.name, "what servers will know it by")->required();
    client.add_flag("--p12", options.for_browsers, "and one file of both, for a browser");
    words.add_days(client, "how long it is good (397)", 3'650);

    CLI::App& revoke = words.add(Word::revoke, "revoke", "takes back what was issued to NAME");
    revoke.add_option("NAME", options.name, "or the serial number")->required();
    words.add_days(revoke, "how long the new list of the revoked is good (90)", 3'650);

    words.add(Word::list, "list", "what was issued, and what of it is good");
    CLI::App& crl = words.add(Word::crl, "crl", "writes the list of the revoked anew");
    words.add_days(crl, "how long it is good (90)", 3'650);
    if (!examples::parse_command_line(app, argument_count, arguments, "the words"))
        return std::nullopt;
    if (app.get_subcommands().empty())
        throw daemon::UsageError(
            "say one of: init, server, client, revoke, list, crl; ca --help "
            "shows what each does");
    return options;
}

}  // namespace waymark::ca
