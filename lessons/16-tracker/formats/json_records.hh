// Cuts the records out of a JSON document that comes in parts: large exports are one long array of
// small objects, and only one of these is held at a time, to be read by protocols/json_reader.
// Where they stand is said by paths: "features[]" are the objects in the array "features" of the
// outermost object, "[]" those in an outermost array. Documents may follow each other, as in
// GeoJSON text sequences (RFC 8142).
//
// What is around the records is looked at for brackets and quotes only: it is passed over, and must
// be nested no deeper than kDeepest. A record longer than kLongest is passed over, and told.

#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace waymark::tracker {

class JsonRecords {
  public:
    static constexpr std::size_t kLongest = std::size_t{8} << 20;
    static constexpr std::size_t kDeepest = 64;

    struct Handlers {
        // `path` is which of the paths, from 0, or kWhole.
        std::function<void(std::string_view text, std::size_t path, std::uint64_t line)> on_record;
        std::function<void(std::uint64_t line)> on_too_long;
    };
    // With `take` an outermost object in which there were no records is one itself.
    enum class Whole { pass_over, take };
    static constexpr std::size_t kWhole = static_cast<std::size_t>(-1);

    JsonRecords(std::vector<std::string> paths, Handlers handlers, Whole whole = Whole::pass_over)
        : paths_(std::move(paths)), handlers_(std::move(handlers)), whole_(whole) {}

    // Throw UsageError "line 7: ..." for brackets that do not fit and for a document that is cut
    // off.
    void read(std::string_view bytes);
    void end();

  private:
    struct Level {
        char bracket;
        std::size_t path_size;  // of what it stands in
    };

    void take(char c);
    void take_in_text(char c);
    void open(char c);
    void close(char c);
    void begin_record(std::size_t path);
    void end_record();
    void keep(std::string_view part);
    [[noreturn]] void refuse(std::string_view why) const;

    std::vector<std::string> paths_;
    Handlers handlers_;
    Whole whole_;
    std::uint64_t line_ = 1;
    std::vector<Level> levels_;  // outside of a record
    std::string path_;           // of the value that is open
    bool is_in_text_ = false;
    bool is_escaped_ = false;
    bool expects_name_ = false;  // the next text is the name of a member
    bool is_name_ = false;
    std::string name_;
    // The record that is open.
    bool is_in_record_ = false;
    std::size_t depth_ = 0;  // within it
    std::size_t record_path_ = 0;
    std::uint64_t record_line_ = 0;
    std::string record_;
    bool is_too_long_ = false;
    // The outermost object, as long as it may be a record itself.
    bool keeps_whole_ = false;
};

}  // namespace waymark::tracker
