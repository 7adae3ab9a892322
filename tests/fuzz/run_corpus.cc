// Stands in for libFuzzer where there is no clang: gives every file of the folders that it is told
// to the fuzz target, once as it is and some times with a byte changed. Prints the count that the
// suite reads.

#include <fmt/core.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

void run(const std::string& bytes) {
    LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
}

// Every byte in turn, to a value that depends on its place: the same in each run.
void run_changed(std::string bytes) {
    for (std::size_t i = 0; i < bytes.size() && i < 300; ++i) {
        const char before = bytes[i];
        bytes[i] = static_cast<char>(before + 1 + static_cast<int>(i * 37 % 255));
        run(bytes);
        bytes[i] = before;
    }
}

}  // namespace

int main(int argument_count, char** arguments) {
    int count = 0;
    for (int i = 1; i < argument_count; ++i)
        for (const auto& entry : std::filesystem::directory_iterator(arguments[i])) {
            std::ifstream file(entry.path(), std::ios::binary);
            const std::string bytes(std::istreambuf_iterator<char>(file), {});
            run(bytes);
            run_changed(bytes);
            ++count;
        }
    // A folder without files proves nothing.
    fmt::print("{} passed, {} failed, 0 skipped\n", count, count == 0 ? 1 : 0);
    return count == 0 ? 1 : 0;
}
