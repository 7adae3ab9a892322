// A program that does what sanitizers look for, one fault by its name: "address", "undefined" or
// "thread". The test of the server under load runs it to prove that a report would be seen. Nothing
// else may use it.

#include <climits>
#include <string_view>
#include <thread>
#include <vector>

namespace {

int read_beyond_the_end(int count) {
    const std::vector<int> numbers(static_cast<std::size_t>(count), 1);
    return numbers.data()[count];
}

int add_too_much(int count) {
    return INT_MAX - 1 + count;
}

int write_from_two_threads(int count) {
    int sum = 0;
    std::thread other([&] { sum += count; });
    sum += count;
    other.join();
    return sum;
}

}  // namespace

int main(int count, char** arguments) {
    const std::string_view fault = count == 2 ? arguments[1] : "";
    int result = 0;
    if (fault == "address") result = read_beyond_the_end(count);
    if (fault == "undefined") result = add_too_much(count);
    if (fault == "thread") result = write_from_two_threads(count);
    return result == 0 ? 0 : 1;
}
