#include "web_app/passwords.hh"

#include <doctest/doctest.h>

#include <ctime>
#include <exception>
#include <optional>
#include <string>

#include "net/task_group.hh"

using namespace waymark::tracker;

TEST_CASE("a password is the one that was hashed, and no other is") {
    const std::string hash = hash_password("correct horse", kLeastPasswordCost);
    CHECK(is_password(hash, "correct horse"));
    CHECK_FALSE(is_password(hash, "correct horsf"));
    CHECK_FALSE(is_password(hash, ""));
}

TEST_CASE("a hash has a salt: the same password has another one each time") {
    CHECK(hash_password("correct horse", kLeastPasswordCost) !=
          hash_password("correct horse", kLeastPasswordCost));
}

TEST_CASE("people's passwords cost two passes over 64 MiB with argon2id") {
    CHECK(hash_password("correct horse").starts_with("$argon2id$v=19$m=65536,t=2,p=1$"));
}

TEST_CASE("what is no hash is nobody's password") {
    for (const char* hash : {"", "x", "$argon2id$", "correct horse"})
        CHECK_FALSE(is_password(hash, "correct horse"));
}

// Processor time, because a busy machine takes its own.
TEST_CASE("a name that is nobody's takes as long as a wrong password") {
    const std::string hash = hash_password("correct horse");
    const auto cost = [](const std::string& of) {
        const std::clock_t begin = std::clock();
        CHECK_FALSE(is_password(of, "wrong"));
        return std::clock() - begin;
    };
    const auto of_wrong = cost(hash);
    const auto of_nobody = cost("");
    CHECK(of_nobody * 3 > of_wrong);
    CHECK(of_wrong * 3 > of_nobody);
}

TEST_CASE("the loop goes on while a password is hashed, and few wait") {
    waymark::net::EventLoop loop;
    Passwords passwords(loop, kLeastPasswordCost);
    std::optional<std::string> hash;
    std::optional<bool> right;
    const auto work = [](Passwords& with, std::optional<std::string>& made,
                         std::optional<bool>& is_right,
                         waymark::net::EventLoop& until) -> waymark::net::Task<> {
        made = co_await with.hash("correct horse");
        const std::string copy = made.value_or("");
        is_right = co_await with.is(copy, "correct horse");
        until.stop();
    };
    waymark::net::TaskGroup group([](std::exception_ptr) {});
    group.start(work(passwords, hash, right, loop));
    CHECK_FALSE(hash);
    loop.run();
    CHECK(hash);
    CHECK(right == true);
    passwords.stop();
}
