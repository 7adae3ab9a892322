// Serves the files of a directory: GET and HEAD, conditional requests, ranges, index.html for a
// directory (RFC 9110, 13 and 14). What is not there is 404; what may not be read is 403. A name
// that begins with a dot is as if it were not there, ".well-known" at the top excepted (RFC 8615):
// ".git" and ".env" lie in folders that were meant to be served without them.

#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "net/http/document_root.hh"
#include "net/http/exchange.hh"
#include "net/http/gzip.hh"
#include "net/http/writer.hh"

namespace waymark::net::http {

class StaticFiles {
  public:
    struct Settings {
        // With every answer, errors excepted: Cache-Control, Content-Security-Policy, ...
        FieldBlock fields;
        // "a.js.gz" beside "a.js" is sent in its place to those who take gzip. Each such answer
        // looks at both.
        bool precompressed = false;
        bool dotfiles = false;  // serve them, too
        // Where files are kept compressed that are compressed when they are asked for: those of a
        // type that gets smaller, up to kLargestPacked. The caller keeps it; null: none are.
        GzipStore* gzip = nullptr;
        bool listing = false;  // of a directory without an index.html
    };

    // Smaller ones do not get smaller, or not by a packet; larger ones take too long.
    static constexpr std::size_t kLeastPacked = 256;
    static constexpr std::size_t kLargestPacked = 1024 * 1024;

    // Throws std::system_error if the directory cannot be opened.
    StaticFiles(const std::string& directory, Settings settings);

    // Answers with the file of the request's path. Where it has to be compressed first, others have
    // their turn meanwhile.
    Completion operator()(Exchange& exchange);
    // Answers with the file of `path`, percent-encoded: where the files begin below some prefix.
    // What is not compressed yet is sent as it is.
    void answer(Exchange& exchange, std::string_view path);

  private:
    using DocumentPointer = std::shared_ptr<const Document>;

    struct Choice {
        DocumentRoot::Found found;
        bool is_compressed = false;    // the file itself is, beside the plain one
        GzipStore::Bytes packed = {};  // sent instead of the plain file
        std::string packed_tag = {};   // and its tag
        bool is_to_be_packed = false;  // it could be, and is not yet
        bool varies = false;           // another client may get another one

        bool is_coded() const { return is_compressed || packed != nullptr; }
        std::string_view entity_tag() const {
            return packed ? std::string_view(packed_tag) : found.document->entity_tag;
        }
        std::uint64_t size() const { return packed ? packed->size() : found.document->size; }
    };
    Choice choose(const Request& request, std::string_view path);
    void choose_packed(const Request& request, std::string_view path, Choice& choice) const;
    // Null once it is answered; else what is to be compressed first, if the caller would do that.
    DocumentPointer answer_or_pack(Exchange& exchange, std::string_view path, bool may_pack);
    Task<void> pack_and_answer(Exchange& exchange, DocumentPointer document);
    void answer_directory(Exchange& exchange, std::string_view path) const;
    void redirect_to_directory(Exchange& exchange) const;
    void answer_document(Exchange& exchange, const Choice& choice, std::string_view path) const;
    void begin(Exchange& exchange, int status, const Choice& choice) const;

    DocumentRoot root_;
    Settings settings_;
};

}  // namespace waymark::net::http
