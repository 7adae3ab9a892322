#include "services/web_identity.hh"

namespace waymark::tracker {

WebIdentity::WebIdentity(const Settings& settings, bool will_leave_root)
    : names_{settings.web_certificate, settings.web_key} {
    if (is_wanted() && will_leave_root) keeper_ = std::make_unique<KeyKeeper>(names_);
}

IdentityFiles WebIdentity::read() {
    if (!is_wanted()) return {};
    return keeper_ ? keeper_->copy_identity() : copy_identity(names_);
}

}  // namespace waymark::tracker
