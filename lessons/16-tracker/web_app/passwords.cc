#include "web_app/passwords.hh"

#include <sodium.h>

#include <array>
#include <cerrno>
#include <functional>
#include <new>
#include <utility>

#include "daemon/error.hh"
#include "net/pool_call.hh"

namespace waymark::tracker {

const PasswordCost kPasswordCost{crypto_pwhash_OPSLIMIT_INTERACTIVE,
                                 crypto_pwhash_MEMLIMIT_INTERACTIVE};
const PasswordCost kLeastPasswordCost{crypto_pwhash_OPSLIMIT_MIN, crypto_pwhash_MEMLIMIT_MIN};

namespace {

// Of kPasswordCost, and of no password: the hash is zeros.
constexpr const char* kNobodys =
    "$argon2id$v=19$m=65536,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$"
    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

void begin_sodium() {
    if (sodium_init() < 0) daemon::fail(ENOSYS, "sodium_init");
}

// What libsodium says for a hash that is none and for memory that is missing is the same.
bool is_hash(const std::string& hash) {
    return crypto_pwhash_str_needs_rehash(hash.c_str(), crypto_pwhash_OPSLIMIT_INTERACTIVE,
                                          crypto_pwhash_MEMLIMIT_INTERACTIVE) >= 0;
}

}  // namespace

std::string hash_password(const std::string& password, const PasswordCost& cost) {
    begin_sodium();
    std::array<char, crypto_pwhash_STRBYTES> text{};
    if (crypto_pwhash_str(text.data(), password.data(), password.size(), cost.passes,
                          cost.memory) != 0)
        throw std::bad_alloc();
    return text.data();
}

bool is_password(const std::string& hash, const std::string& password) {
    begin_sodium();
    const bool is_one = !hash.empty() && is_hash(hash);
    errno = 0;
    const char* const compared = is_one ? hash.c_str() : kNobodys;
    if (crypto_pwhash_str_verify(compared, password.data(), password.size()) == 0) return is_one;
    if (errno == ENOMEM) throw std::bad_alloc();
    return false;
}

net::Task<std::optional<std::string>> Passwords::hash(std::string password) {
    std::function<std::string()> work = [cost = cost_, password = std::move(password)] {
        return hash_password(password, cost);
    };
    try {
        net::PoolCall call(loop_, pool_, std::move(work));
        std::optional<std::string> result = co_await call;
        co_return result;
    } catch (const std::bad_alloc&) {
    }
    co_return std::nullopt;
}

net::Task<std::optional<bool>> Passwords::is(std::string hash, std::string password) {
    std::function<bool()> work = [hash = std::move(hash), password = std::move(password)] {
        return is_password(hash, password);
    };
    try {
        net::PoolCall call(loop_, pool_, std::move(work));
        const std::optional<bool> result = co_await call;
        co_return result;
    } catch (const std::bad_alloc&) {
    }
    co_return std::nullopt;
}

}  // namespace waymark::tracker
