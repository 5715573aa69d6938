// Secrets by reference: looked up when the configuration is loaded, never shown.
#include "config/secret.hpp"

#include <fmt/format.h>

#include <expected>
#include <utility>

#include "config/read_file.hpp"

namespace parley::config {
namespace {

constexpr std::size_t longest_secret = 65536;

/// A secret, or why there is none.
using lookup = std::expected<std::string, std::string>;

lookup from_variable(const std::string& name, const secret_sources& sources) {
    const auto found = sources.variables.find(name);
    if (found == sources.variables.end()) return std::unexpected("it is not set");
    return found->second;
}

lookup from_credential(const std::string& name, const secret_sources& sources) {
    const auto folder = sources.variables.find("CREDENTIALS_DIRECTORY");
    if (folder == sources.variables.end()) return std::unexpected("CREDENTIALS_DIRECTORY is not set");
    if (name == "." || name == ".." || name.find('/') != name.npos) return std::unexpected("it has to be a plain name");
    return read_file(std::filesystem::path(folder->second) / name, longest_secret);
}

lookup look_up(const std::string& way, const std::string& name, const secret_sources& sources) {
    if (way == "file") return read_file(sources.folder / name, longest_secret);
    if (way == "env") return from_variable(name, sources);
    return from_credential(name, sources);
}

/// The only member of {file: ...}, {env: ...} or {credential: ...}; null for anything else.
const member* way_of(const node& reference) {
    if (reference.members.size() != 1) return nullptr;
    const node& inner = reference.members.front().value;
    if (inner.kind != node_kind::object || inner.members.size() != 1) return nullptr;
    const member& way = inner.members.front();
    const bool known = way.key == "file" || way.key == "env" || way.key == "credential";
    return known && way.value.kind == node_kind::text && !way.value.text.empty() ? &way : nullptr;
}

}  // namespace

bool is_reference(const node& value) { return value.child("secret") != nullptr; }

std::optional<node> resolve(const node& reference, const std::string& path, const secret_sources& sources,
                            problem_list& problems) {
    const auto refuse = [&](const origin& where, std::string why) -> std::optional<node> {
        problems.add(where.fault(path, std::move(why)));
        return std::nullopt;
    };
    const member* way = way_of(reference);
    if (way == nullptr) {
        return refuse(reference.where,
                      "expected {secret: {file: path}}, {secret: {env: NAME}} or {secret: {credential: name}}");
    }
    const std::string shown_way = way->key == "env" ? "environment variable" : way->key;
    const std::string source = fmt::format("{} {}", shown_way, printable(way->value.text));
    auto found = look_up(way->key, way->value.text, sources);
    if (!found) return refuse(way->value.where, fmt::format("no secret from {}: {}", source, found.error()));
    if (found->ends_with('\n')) found->pop_back();
    if (found->ends_with('\r')) found->pop_back();
    if (found->empty()) return refuse(way->value.where, fmt::format("no secret from {}: it is empty", source));
    if (first_bad_byte(*found) != found->npos) {
        return refuse(way->value.where, fmt::format("no secret from {}: it is not text", source));
    }
    node made = node::string(std::move(*found));
    made.where = way->value.where;
    made.secret = source;
    return made;
}

}  // namespace parley::config
