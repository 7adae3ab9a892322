#include "services/identity_files.hh"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <string>

#include "daemon/error.hh"
#include "daemon/folder_under_test.hh"
#include "daemon/privileges.hh"
#include "daemon/privileges_under_test.hh"

using namespace waymark;
using namespace waymark::tracker;

namespace {

struct Folder {
    daemon::TemporaryFolder folder;

    std::string write(const std::string& name, const std::string& text, mode_t mode = 0600) const {
        const std::string file = folder.file(name);
        std::ofstream(file) << text;
        REQUIRE(::chmod(file.c_str(), mode) == 0);
        return file;
    }
};

net::TlsTexts texts_of(const IdentityFiles& files) {
    return *read_identity(files, {}).texts;
}

}  // namespace

TEST_CASE("copies have what the files had, though these change afterwards") {
    const Folder folder;
    const IdentityNames names{folder.write("chain", "old chain"), folder.write("key", "old key")};
    const IdentityFiles files = copy_identity(names);
    folder.write("chain", "new");
    std::filesystem::remove(names.key_file);
    const IdentityFiles again = files.duplicate();
    for (const IdentityFiles* each : {&files, &again, &files}) {
        CHECK(texts_of(*each).chain == "old chain");
        CHECK(texts_of(*each).key == "old key");
    }
    CHECK(read_identity(files, names).key_file == names.key_file);
    CHECK_FALSE(IdentityFiles().duplicate());
}

TEST_CASE("nobody can change a copy") {
    const Folder folder;
    const IdentityFiles files =
        copy_identity({folder.write("chain", "c"), folder.write("key", "k")});
    CHECK(::pwrite(files.key.get(), "x", 1, 0) == -1);
    CHECK(errno == EPERM);
    CHECK(::ftruncate(files.key.get(), 0) == -1);
    CHECK(::fcntl(files.key.get(), F_GETFD) == FD_CLOEXEC);
}

TEST_CASE("what cannot be the file is refused by its name") {
    const Folder folder;
    const std::string chain = folder.write("chain", "c");
    const std::string key = folder.write("key", "k");
    const auto refusal = [](const std::string& one, const std::string& other) -> std::string {
        try {
            copy_identity({one, other});
        } catch (const daemon::UsageError& error) {
            return error.what();
        }
        return "taken";
    };
    CHECK(refusal(chain, key) == "taken");
    CHECK(refusal(folder.folder.file("none"), key) ==
          folder.folder.file("none") + ": No such file or directory");
    CHECK(refusal(chain, folder.folder.file("")).ends_with(": is not a file"));
    const std::string open_key = folder.write("open", "k", 0644);
    CHECK(refusal(chain, open_key) ==
          open_key + ": everybody may use this key; chmod 600 " + open_key);
    CHECK(refusal(open_key, key) == "taken");  // everybody gets the certificate
    const std::string large = folder.write("large", std::string(1024 * 1024 + 1, 'x'));
    CHECK(refusal(large, key) == large + ": is larger than 1 MiB; is it the right file?");
    const std::string fifo = folder.folder.file("fifo");
    REQUIRE(::mkfifo(fifo.c_str(), 0600) == 0);
    CHECK(refusal(fifo, key) == fifo + ": is not a file");
}

TEST_CASE("the keeper gives the files as they are now, through links that were moved on") {
    const Folder folder;
    const std::string archive = folder.folder.file("archive");
    const std::string live = folder.folder.file("live");
    std::filesystem::create_directory(archive);
    std::filesystem::create_directory(live);
    const IdentityNames names{live + "/chain", live + "/key"};
    const auto renew = [&](const std::string& number) {
        for (const std::string name : {"chain", "key"}) {
            folder.write("archive/" + name + number, name + number);
            std::filesystem::remove(live + "/" + name);
            std::filesystem::create_symlink("../archive/" + name + number, live + "/" + name);
        }
    };
    renew("1");
    KeyKeeper keeper(names);
    CHECK(texts_of(keeper.copy_identity()).key == "key1");
    renew("2");
    CHECK(texts_of(keeper.copy_identity()).key == "key2");
    CHECK(texts_of(keeper.copy_identity()).chain == "chain2");
    std::filesystem::remove(names.key_file);
    CHECK_THROWS_WITH_AS(keeper.copy_identity(), doctest::Contains("key: No such file"),
                         daemon::UsageError);
    folder.write("live/key", "key3", 0604);
    CHECK_THROWS_WITH_AS(keeper.copy_identity(), doctest::Contains("chmod 600"),
                         daemon::UsageError);
    folder.write("live/key", "key3");
    CHECK(texts_of(keeper.copy_identity()).key == "key3");
}

TEST_CASE("a path that was mistyped is named before there is a keeper") {
    const Folder folder;
    const std::string there = folder.write("there", "c");
    const std::string file = there + "-not", in_no_folder = there + "-not/chain";
    for (const std::string& wrong : {file, in_no_folder}) {
        CAPTURE(wrong);
        CHECK_THROWS_WITH_AS(KeyKeeper({wrong, there}), doctest::Contains(wrong.c_str()),
                             daemon::UsageError);
        CHECK_THROWS_WITH_AS(KeyKeeper({there, wrong}), doctest::Contains(wrong.c_str()),
                             daemon::UsageError);
    }
    CHECK_NOTHROW(KeyKeeper({there, there}));
}

TEST_CASE("a key that is root's alone can be had when root is gone") {
    if (daemon::skip_unless_root("a key that is root's alone")) return;
    const Folder folder;
    REQUIRE(::chmod(folder.folder.path().c_str(), 0755) == 0);
    const IdentityNames names{folder.write("chain", "c"), folder.write("key", "k")};
    const std::string answer = daemon::answer_of([&] {
        KeyKeeper keeper(names);
        daemon::drop_permanently("nobody");
        const std::string kept = texts_of(keeper.copy_identity()).key;
        try {
            copy_identity(names);  // the control: nobody could not do without the keeper
        } catch (const daemon::UsageError& error) {
            return kept + ", " + error.what();
        }
        return kept + ", read by nobody";
    });
    CHECK(answer == "k, " + names.chain_file + ": Permission denied");
}
