// What the server meets instead of parley-plugin-host when something has gone very wrong: by the name under which it is
// started it lies in its first frame, says bytes by chance, or is the real program on a kernel without Landlock.
#include <seccomp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <random>
#include <string>

#include "plugins/far_host.hpp"
#include "plugins/library.hpp"
#include "plugins/wire.hpp"

namespace {

using namespace parley::plugins;  // NOLINT: a program of one file

void say(int to, std::string_view bytes) {
    while (!bytes.empty()) {
        const auto sent = ::send(to, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent <= 0) ::_exit(0);
        bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
}

std::string ready(std::string_view version, const bindings& bound, std::string_view more = {}) {
    wire::writer to(wire::frame::ready);
    to.text(version);
    wire::write(to, problems{});
    wire::write(to, bound);
    if (!more.empty()) to.text(more);
    return to.take();
}

/// What the plugin's manifest says that it binds.
bindings promised(const manifest& says) {
    bindings made;
    for (const auto& one : says.hooks) made.hooks.push_back({.event = one.event, .when = one.when});
    return made;
}

std::string by_chance(std::mt19937& chance, std::size_t most) {
    std::string made(chance() % most, '\0');
    for (auto& one : made) one = static_cast<char>(chance());
    return made;
}

/// Whole frames of a kind that there is, with anything in them.
std::string frames_by_chance(std::mt19937& chance, std::uint8_t first, std::uint8_t last) {
    std::string made;
    for (int i = 0; i < 20; ++i) {
        const auto body = by_chance(chance, 80);
        auto one = wire::writer(static_cast<wire::frame>(first + chance() % (last - first + 1U))).take();
        const auto size = static_cast<std::uint32_t>(body.size());
        std::memcpy(one.data(), &size, sizeof size);
        made += one + body;
    }
    return made;
}

void lie(const std::string& name, const manifest& says) {
    auto bound = promised(says);
    if (name == "other_version") return say(wire::calls_descriptor, ready("9.9.9", bound));
    if (name == "binds_nothing") return say(wire::calls_descriptor, ready(says.version_text, {}));
    if (name == "binds_more") {
        bound.services.emplace_back("somebody_else.count/1");
        return say(wire::calls_descriptor, ready(says.version_text, bound));
    }
    if (name == "says_more") return say(wire::calls_descriptor, ready(says.version_text, bound, "more"));
    std::mt19937 chance(static_cast<unsigned>(std::stoul(name.substr(name.find_last_of('_') + 1))));
    if (name.starts_with("noise_first")) return say(wire::calls_descriptor, by_chance(chance, 4000));
    say(wire::calls_descriptor, ready(says.version_text, bound));
    if (name.starts_with("noise_calls")) say(wire::calls_descriptor, by_chance(chance, 4000));
    if (name.starts_with("noise_requests")) say(wire::requests_descriptor, by_chance(chance, 4000));
    if (name.starts_with("frames_calls")) say(wire::calls_descriptor, frames_by_chance(chance, 20, 23));
    if (name.starts_with("frames_requests")) say(wire::requests_descriptor, frames_by_chance(chance, 40, 48));
    if (name.starts_with("truncated")) say(wire::calls_descriptor, std::string("\x64\x00\x00\x00\x16 and no more", 17));
    if (name.starts_with("oversized")) say(wire::requests_descriptor, std::string("\xff\xff\xff\x7f\x28", 5));
}

/// As on a kernel that has never heard of it.
int without_landlock(char** words) {
    auto* const calls = ::seccomp_init(SCMP_ACT_ALLOW);
    if (::seccomp_rule_add(calls, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(landlock_create_ruleset), 0) != 0 ||
        ::seccomp_load(calls) != 0)
        return 1;
    ::execv(PARLEY_PLUGIN_HOST, words);
    return 1;
}

}  // namespace

int main(int count, char** words) {
    const std::string path(count > 0 ? words[0] : "");
    const auto name = path.substr(path.find_last_of('/') + 1);
    if (name == "without_landlock") return without_landlock(words);
    std::string frame;
    wire::frame what{};
    if (!read_frame(wire::calls_descriptor, frame, what)) return 1;
    wire::reader begin(frame);
    const auto read = read_library(begin.text());
    if (!read) return 1;
    lie(name, read->says);
    return 0;
}
