// What most sources include, in one header that the compiler reads once for all of them where
// nothing is optimised (meson.build beside this file). Each source still includes by name what it
// uses. There is no guard: the compiler's command line includes it, and nothing else does.

#include <fmt/core.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// Before version 10, whatever calls fmt::format_to() compiles the whole of fmt's formatting with
// it, which is in fmt's library already.
#if FMT_VERSION < 100000
extern template void fmt::v9::detail::vformat_to<char>(
    buffer<char>&, basic_string_view<char>,
    basic_format_args<buffer_context<type_identity_t<char>>>, locale_ref);
#endif
