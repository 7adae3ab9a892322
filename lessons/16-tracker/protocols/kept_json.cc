#include "protocols/kept_json.hh"

#include <utility>

#include "fix.hh"
#include "protocols/extras.hh"
#include "protocols/json_reader.hh"
#include "protocols/number.hh"
#include "protocols/secrets.hh"

namespace waymark::tracker {
namespace {

constexpr int kDeepestKept = 16;

class JsonCopy {
  public:
    JsonCopy(std::string_view named_by, bool (*decides)(std::string_view name))
        : named_by_(named_by), decides_(decides) {}

    std::string of(std::string_view record) {
        JsonReader in(record);
        copy(in, 0);
        return std::move(out_);
    }

  private:
    void copy(JsonReader& in, int depth) {
        if (depth > kDeepestKept) {
            in.value();
            out_ += "null";
        } else if (in.enter_object()) {
            copy_members(in, depth);
        } else if (in.enter_array()) {
            copy_elements(in, depth);
        } else {
            copy_scalar(in.value());
        }
    }

    void copy_members(JsonReader& in, int depth) {
        const char* separator = "{";
        std::string_view name;
        while (in.next_member(name)) {
            if (is_secret(name) || (decides_ != nullptr && !decides_(name))) {
                in.value();
                continue;
            }
            out_ += separator;
            separator = ",";
            append_json_string(out_, name);
            out_ += ':';
            copy(in, depth + 1);
        }
        out_ += *separator == '{' ? "{}" : "}";
    }

    void copy_elements(JsonReader& in, int depth) {
        const char* separator = "[";
        while (in.next_element()) {
            // Of a list that is too long no more is needed than where a place is.
            out_ += separator;
            separator = ",";
            copy(in, depth + 1);
        }
        out_ += *separator == '[' ? "[]" : "]";
    }

    // A number is what it says, also where a device is called the same. What is no JSON is written
    // as a text.
    void copy_scalar(const JsonValue& value) {
        const std::string_view text = json_text(value, space_);
        const bool is_number = json_number(value).has_value();
        const bool is_ours = value.kind == JsonKind::word &&
                             (text.empty() || text == "true" || text == "false" ||
                              (is_number && text.front() != '+' && text.front() != '.'));
        if (!is_number && gives_away(text, named_by_))
            out_ += "null";
        else if (is_ours)
            out_ += text.empty() ? "null" : text;
        else
            append_json_string(out_,
                               decides_ == nullptr ? text : text.substr(0, kLongestDecidingValue));
    }

    bool is_secret(std::string_view name) const {
        return names_device(name) || name == "unique_id" || gives_away(name, named_by_);
    }

    std::string_view named_by_;
    bool (*decides_)(std::string_view name);
    std::string out_;
    std::string space_;
};

}  // namespace

std::string kept_json(std::string_view record, std::string_view named_by,
                      bool (*decides)(std::string_view name)) {
    std::string kept = JsonCopy(named_by, nullptr).of(record);
    if (kept.size() <= kMaximumRaw) return kept;
    kept = JsonCopy(named_by, decides).of(record);
    if (kept.size() > kMaximumRaw) kept = "{}";
    return kept;
}

}  // namespace waymark::tracker
