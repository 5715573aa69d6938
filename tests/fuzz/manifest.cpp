// What plugins say about themselves, read before any of their code runs: the section's text, and whole libraries.
#include "plugins/manifest.hpp"

#include "base/text.hpp"
#include "fuzz/fuzz.hpp"

namespace parley::fuzz {

/// The first byte: what it is.
void manifest(std::string_view input) {
    food from(input);
    const auto what = from.byte() % 3;
    std::string text(from.rest());
    // Most mutations should hit the manifest and not what is around it.
    if (what == 2)
        text =
            R"({"format":1,"manifest":{"id":"some","version":"1.0.0","abi":"1.0","title":"T","sentence":"S","licence":"L",)" +
            text + "}}";
    const auto read = what == 1 ? plugins::read_library_bytes(text) : plugins::read_embedded(text);
    if (!read) {
        expect(!read.error().empty(), "a refusal says why");
        for (const auto& one : read.error()) expect(!one.empty() && is_utf8(one), "problems are text:", one);
        return;
    }
    expect(plugins::is_plugin_id(read->says.id), "a plugin has an id");
    for (const auto& one : read->says.hooks)
        expect(one.deadline.count() >= 1 && one.deadline.count() <= 60'000, "deadlines are within bounds");
    for (const auto& one : read->says.permissions)
        expect(one.name.starts_with(read->says.id + "."), "permissions are its own");
    for (const auto* folder : {&read->sqlite, &read->postgresql})
        for (const auto& [name, statements] : *folder)
            expect(name.find('/') == std::string::npos, "migrations are files beside each other");
}

}  // namespace parley::fuzz
