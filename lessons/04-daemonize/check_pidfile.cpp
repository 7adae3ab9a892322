// Lesson 04, step 12: one server at a time, and a file that says which.

#include <doctest/doctest.h>
#include <fmt/core.h>
#include <signal.h>
#include <unistd.h>

#include <filesystem>
#include <functional>
#include <string>

#include "lessons/04-daemonize/pid_folder.hh"

using namespace waymark::course::check;

TEST_CASE("a second server is refused whatever the file says") {
    const Folder folder;
    step("a server locks the file and writes its pid");
    Started first(server_of(folder));
    const pid_t pid = first.daemon(kNeverTried);
    first.ask("write pid");
    expect_holder(folder, pid, why_nobody(folder));
    expect_text(folder, pid, kWrongPid);
    step("a second server tries");
    Started second(server_of(folder));
    expect_refused(second, "the second server");
    expect_text(folder, pid, kLoserEmpties);
    for (const char* text : {"", "1\n", "garbage", "999999999\n"}) {
        step(fmt::format("somebody writes {} into the file; another server tries", show(text)));
        put_text(folder.file(), text);
        Started other(server_of(folder));
        expect_refused(other, "the other server");
        expect_holder(folder, pid, kNoLock);
    }
}

TEST_CASE("a file that nobody has locked stops nobody") {
    for (const std::string& text : {fmt::format("{}\n", ::getpid()), std::string("1\n"),
                                    std::string("garbage"), std::string(40, '7') + "\n"}) {
        const Folder folder;
        step(fmt::format("a file of an earlier server says {}", show(text)));
        put_text(folder.file(), text);
        step("a server locks it and writes its pid");
        Started server(server_of(folder));
        const pid_t pid = server.daemon(kStaleBelieved);
        server.ask("write pid");
        expect_text(folder, pid, kOldText);
        step("it writes it once more");
        server.ask("write pid");
        expect_text(folder, pid, kWrittenBehind);
    }
}

TEST_CASE("a killed server leaves a file that stops nobody") {
    const Folder folder;
    step("a server locks the file, writes its pid and is killed");
    Started first(server_of(folder));
    const pid_t pid = first.daemon(kStaleBelieved);
    first.ask("write pid");
    ::kill(pid, SIGKILL);
    first.command_status();
    expect(std::filesystem::exists(folder.file()), "the file", "still there", "gone",
           kStaleBelieved);
    step("the next server starts");
    Started next(server_of(folder));
    next.daemon(kStaleBelieved);
}

TEST_CASE("the pid file is locked and names the daemon (step 12)") {
    const Folder folder;
    step("the command locks the file and daemonizes; the daemon writes its pid and is ready");
    Started::How how;
    how.pid_path = folder.file();
    Started started(how);
    const pid_t pid = started.daemon(kNoLock);
    expect_equal(text_of(folder.file()), "", "the text before write_pid()", kWrongPid);
    expect_equal(started.ask("write pid"), "done", "what write_pid() does", kBothAtOnce);
    started.ask("ready");
    started.expect_end("exit status 0", kNoLock);
    step("the command has ended: a second server tries");
    expect_taken(folder, kNotInherited);
    step("who is it?");
    expect_text(folder, pid, kWrongPid);
    expect_holder(folder, pid, kWrongPid);
    step("the daemon ends: its file is gone");
    started.end();
    expect(!std::filesystem::exists(folder.file()), "the file", "removed", "still there",
           kNeverRemoved);
}

TEST_CASE("a file that somebody put in its place stays") {
    const Folder folder;
    step("a server locks the file and writes its pid");
    Started server(server_of(folder));
    const std::string text = fmt::format("{}\n", server.daemon(kOthersRemoved));
    server.ask("write pid");
    step("the file is removed by hand, and a copy of it is made at its path");
    std::filesystem::remove(folder.file());
    put_text(folder.file(), text);
    step("the server ends");
    server.end();
    expect_equal(text_of(folder.file()), text, "the text of the copy", kOthersRemoved);
}

TEST_CASE("a child of the server that ends removes nothing") {
    const Folder folder;
    step("a server locks the file and writes its pid");
    Started server(server_of(folder));
    const pid_t pid = server.daemon(kOthersRemoved);
    server.ask("write pid");
    step("it forks a child, which ends with all destructors run");
    server.ask("child");
    expect(std::filesystem::exists(folder.file()), "the file of the server", "still there", "gone",
           kOthersRemoved);
    expect_text(folder, pid, kOthersRemoved);
    expect_taken(folder, kGivenBack);
}

TEST_CASE("a file that is gone already is no error at the end") {
    Folder folder;
    step("a server locks the file and writes its pid; somebody removes the file, and its folder");
    Started server(server_of(folder));
    server.daemon(kRemoveThrows);
    server.ask("write pid");
    std::filesystem::remove_all(std::filesystem::path(folder.file()).parent_path());
    step("the server ends");
    server.end();
    server.expect_end("exit status 0", kRemoveThrows);
}

TEST_CASE("a lock on a file that was removed meanwhile counts for nothing") {
    const Folder folder;
    step(
        "a server has opened the file, and just before it locks it the last server removes it, "
        "three times in a row");
    Started::How how = server_of(folder);
    int times = 3;
    std::function<void()> lose;
    how.lock_faults = [&](Faults& faults) {
        lose = [&] {
            std::filesystem::remove(folder.file());
            if (--times > 0) faults.before(Call::lock, lose);
        };
        faults.before(Call::lock, lose);
    };
    Started server(how);
    server.daemon(server.first_word() == "refused" ? kNotBegunAgain : kLostFile);
    step("the server has its lock; a second server tries");
    expect_taken(folder, kLostFile);
}
