// XML (1.0, fifth edition) as it comes: elements begin and end, and their text. By Expat, which
// builds no tree, with what a hostile file may try bounded here:
//   - a file with declarations of its own (<!DOCTYPE ... [ ) is refused: so no entity can be made
//   of
//     others until the memory is full, no attribute can be given to each element unseen, and
//     nothing outside the file is read;
//   - elements may be nested kDeepest deep;
//   - a tag that does not end within kLongestTag is refused;
//   - Expat keeps each name of an element and of an attribute for ever: whatever it holds is
//     kMostMemory at most.
// UTF-8, UTF-16, ISO 8859-1 and ASCII are read.

#pragma once

#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace waymark::tracker {

// The attributes of an element that begins.
class XmlAttributes {
  public:
    explicit XmlAttributes(const char** list) : list_(list) {}
    std::optional<std::string_view> find(std::string_view name) const;

  private:
    const char** list_;  // name, value, name, value, null
};

// Names are without prefix: files that get a name space wrong are many.
class XmlHandler {
  public:
    virtual void begin(std::string_view name, const XmlAttributes& attributes) = 0;
    virtual void text(std::string_view part) = 0;
    virtual void end(std::string_view name) = 0;

  protected:
    ~XmlHandler() = default;
};

class XmlEvents {
  public:
    static constexpr int kDeepest = 256;
    static constexpr std::uint64_t kLongestTag = std::uint64_t{1} << 20;
    static constexpr std::size_t kMostMemory = std::size_t{16} << 20;

    // `handler` must outlive it.
    explicit XmlEvents(XmlHandler& handler);
    XmlEvents(const XmlEvents&) = delete;
    XmlEvents& operator=(const XmlEvents&) = delete;
    ~XmlEvents();

    // What read() was given may be told with a later call, or by end().
    // Throw UsageError "line 7: ..." for what is no XML or is refused, and what the handler throws.
    void read(std::string_view bytes);
    void end();
    // Of what is told at the moment, from 1.
    std::uint64_t line() const;

  private:
    struct Parser;
    void parse_all(std::string_view bytes);
    void parse(std::string_view bytes, bool is_last);

    std::unique_ptr<Parser> parser_;
};

}  // namespace waymark::tracker
