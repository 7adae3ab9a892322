// Web hooks that people make and remove from the page of places, each their own, by name:
//
//   hook.add     {"url":"https://example.org/x"} for all places, or with "place":3 for one
//                -> {"hook":1,"secret":"whsec_..."}; the secret is told here and never again
//   hook.remove  {"hook":1} -> {}
//   hook.test    {"hook":1} -> {}: it will be posted that this is a test

#pragma once

#include <span>

#include "services/change_list.hh"

namespace waymark::tracker {

std::span<const NamedChange> hook_changes();

}  // namespace waymark::tracker
