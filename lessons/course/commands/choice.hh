// An option that takes one of a few words. CLI11's own message for a wrong one shows the table that
// it looked into, numbers and braces; here it names the words.

#pragma once

#include <CLI/App.hpp>
#include <string>
#include <utility>
#include <vector>

namespace waymark::course {

template <typename Value>
using Choices = std::vector<std::pair<std::string, Value>>;

// `into` is set when the command line is read, and stays as it is without the option.
template <typename Value>
CLI::Option* add_choice(CLI::App& app, const std::string& name, Value& into,
                        const std::string& description, const Choices<Value>& choices) {
    const auto take = [&into, name, choices](const std::string& word) {
        std::string known;
        for (const auto& [text, value] : choices) {
            known += (known.empty() ? "" : ", ") + text;
            if (text != word) continue;
            into = value;
            return;
        }
        throw CLI::ValidationError(name, "there is no '" + word + "'; there are " + known);
    };
    return app.add_option_function<std::string>(name, take, description);
}

}  // namespace waymark::course
