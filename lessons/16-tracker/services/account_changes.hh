// What people do to accounts and sessions from the pages, by name. Hashes of tokens are 64
// hexadecimal digits; a password comes as what libsodium made of it.
//
//   account.first     {"name","password_hash","session","agent"} -> {"user","session"}
//                     the first account, an admin; only where there is none
//   account.redeem    {"link","password_hash","session","agent"} -> {"user","session"}
//                     uses a one-time link up; ends what sessions there were
//   account.password  {"password_hash","kept","was"} -> {"ended"}
//                     one's own; ends all sessions but one
//   account.invite    {"name","role","link","expires"} -> {"user"}
//   account.link      {"user","link","expires"} -> {}
//   account.role      {"user","role"} -> {}
//   account.grants    {"user","see":["1","2"],"change":["2"]} -> {}
//   account.remove    {"user"} -> {}
//   session.begin     {"session","agent","instead_of","was"} -> {"session"}
//   session.end       {"number"} -> {}         of one's own
//   session.end_rest  {"kept"} -> {"ended"}    of one's own, all but one
//   session.used      {"number"} -> {}
//   audit.refusal     {"who","action","about"} -> {}
//
// "was" is the hash that the typed password was compared with: if there is another one by now, the
// change is refused.
//
// Each but session.used leaves a line in the audit log.

#pragma once

#include <span>

#include "services/change_list.hh"

namespace waymark::tracker {

std::span<const NamedChange> account_changes();

}  // namespace waymark::tracker
