// parley plugin new: the SDK's template, with another name.
#include <fmt/format.h>

#include <cctype>
#include <fstream>
#include <ostream>
#include <system_error>

#include "base/text.hpp"
#include "config/read_file.hpp"
#include "plugins/manifest.hpp"
#include "server/cli_commands.hpp"
#include "server/configuration_file.hpp"

namespace parley::server {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view template_id = "word_watch";
constexpr std::string_view template_title = "Word watch";
constexpr std::size_t most_bytes = std::size_t{1} << 20;

void replace_all(std::string& in, std::string_view from, std::string_view to) {
    for (auto at = in.find(from); at != in.npos; at = in.find(from, at + to.size())) in.replace(at, from.size(), to);
}

/// "my_plugin" -> "My plugin"
std::string title_of(std::string id) {
    for (auto& c : id)
        if (c == '_') c = ' ';
    id[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(id[0])));
    return id;
}

result<void> copy_file(const fs::path& from, const fs::path& to, const std::string& id) {
    const auto read = config::read_file(from, most_bytes);
    if (!read)
        return failure(fault::unavailable, "template_unreadable", fmt::format("{}: {}", from.string(), read.error()));
    auto text = *read;
    replace_all(text, template_id, id);
    replace_all(text, template_title, title_of(id));
    std::ofstream stream(to, std::ios::binary);
    stream << text;
    if (!stream.flush())
        return failure(fault::unavailable, "file_unwritable", fmt::format("{} cannot be written.", to.string()));
    return {};
}

result<void> copy_template(const fs::path& from, const fs::path& to, const std::string& id) {
    for (const auto& entry : fs::recursive_directory_iterator(from)) {
        auto name = entry.path().lexically_relative(from).string();
        if (name.starts_with("build")) continue;  // somebody tried it out where it lies
        replace_all(name, template_id, id);
        if (entry.is_directory()) fs::create_directories(to / name);
        if (!entry.is_regular_file()) continue;
        if (auto copied = copy_file(entry.path(), to / name, id); !copied) return copied;
    }
    return {};
}

}  // namespace

outcome plugin_new(const command_context& with, const std::string& name, const std::string& folder) {
    if (!plugins::is_plugin_id(name))
        return with.misuse("A plugin's name is 2 to 32 lower case letters, digits and _, and begins with a letter");
    const auto from = template_folder(with.variables);
    if (from.empty())
        return with.fail({fault::not_found, "no_template", "The SDK with its template is not installed.", {}});
    const fs::path to = folder.empty() ? fs::path(name) : fs::path(folder);
    std::error_code failed;
    if (fs::exists(to, failed)) return with.misuse(fmt::format("{} exists already", to.string()));
    fs::create_directories(to);
    if (auto copied = copy_template(from, to, name); !copied) return with.fail(copied.error());
    const auto shown = escape_controls(to.string());
    with.out << fmt::format(
        "{0} has a plugin that works. Build and test it:\n\n"
        "    cmake -S {0} -B {0}/build -G Ninja -DCMAKE_CXX_COMPILER=clang++-19 -DCMAKE_PREFIX_PATH=<the SDK>\n"
        "    cmake --build {0}/build\n    ctest --test-dir {0}/build\n\n"
        "and try it: parley plugin check {0}/build/plugins/{1}.so\n",
        shown, name);
    return outcome::done;
}

}  // namespace parley::server
