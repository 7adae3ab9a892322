// What is posted to a web hook, made of the rows of the post, its hook, its event and its device.
// Part of store/web_hooks.

#pragma once

#include "store/web_hooks.hh"

namespace waymark::tracker {

// Of the row that WebHooks::take_due() reads.
HookPost read_hook_post(const Statement& row);

}  // namespace waymark::tracker
