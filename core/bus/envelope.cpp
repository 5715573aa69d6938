// News to JSON and back, strictly: what is not exactly as a server writes it is no news.
#include "bus/envelope.hpp"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <optional>
#include <random>
#include <utility>

#include "base/json.hpp"
#include "base/secret.hpp"

namespace parley::bus {
namespace {

using namespace kernel;
namespace json = boost::json;

constexpr std::size_t digest_length = 64;
constexpr std::size_t most_senders = 1'000;
constexpr json_limits limits{.max_bytes = 1024 * 1024, .max_depth = 6, .max_members = 16};

template <class... Each>
struct overloaded : Each... {
    using Each::operator()...;
};

std::string_view kind_of(const bus_news& what) {
    return std::visit(
        overloaded{[](const log_moved&) { return "log"; }, [](const typing_news&) { return "typing"; },
                   [](const presence_news&) { return "presence"; }, [](const sign_of_life&) { return "servers"; }},
        what);
}

json::value age(const std::optional<std::chrono::milliseconds>& of) {
    return of ? json::value(of->count()) : json::value(nullptr);
}

json::object write(const presence_share& of) {
    json::array in;
    for (const auto one : of.in) in.emplace_back(one.value);
    return {{"user", of.user.value},
            {"devices", of.devices},
            {"idle", of.idle},
            {"active_ago", age(of.active_ago)},
            {"chosen", of.chosen ? json::value(name_of(*of.chosen)) : json::value(nullptr)},
            {"chosen_ago", age(of.chosen_ago)},
            {"in", std::move(in)}};
}

json::object write(const bus_news& what) {
    return std::visit(
        overloaded{[](const log_moved& said) { return json::object{{"end", said.end}}; },
                   [](const typing_news& said) {
                       return json::object{
                           {"in", said.in.value}, {"user", said.user.value}, {"lasts", said.lasts.count()}};
                   },
                   [](const presence_news& said) {
                       json::array people;
                       for (const auto& one : said.people) people.emplace_back(write(one));
                       return json::object{{"people", std::move(people)}};
                   },
                   [](const sign_of_life& said) { return json::object{{"asks", said.asks}, {"leaves", said.leaves}}; }},
        what);
}

/// Throws what Boost.JSON throws for a member that is missing or of another type.
std::int64_t number(const json::object& of, std::string_view name) { return of.at(name).to_number<std::int64_t>(); }

std::optional<std::chrono::milliseconds> age_in(const json::object& of, std::string_view name) {
    if (of.at(name).is_null()) return std::nullopt;
    return std::chrono::milliseconds{std::clamp<std::int64_t>(number(of, name), 0, std::int64_t{1} << 40)};
}

presence_share read_share(const json::object& from) {
    presence_share made{.user = user_id{number(from, "user")},
                        .devices = from.at("devices").to_number<std::uint32_t>(),
                        .idle = from.at("idle").as_bool(),
                        .active_ago = age_in(from, "active_ago"),
                        .chosen = std::nullopt,
                        .chosen_ago = age_in(from, "chosen_ago"),
                        .in = {}};
    if (const auto* chosen = from.at("chosen").if_string())
        made.chosen = parse_presence({chosen->data(), chosen->size()});
    for (const auto& one : from.at("in").as_array()) made.in.push_back({one.to_number<std::int64_t>()});
    return made;
}

std::optional<bus_news> read_news(std::string_view kind, const json::object& from) {
    if (kind == "log") return log_moved{.end = number(from, "end")};
    if (kind == "typing")
        return typing_news{.in = conversation_id{number(from, "in")},
                           .user = user_id{number(from, "user")},
                           .lasts = std::chrono::seconds{std::clamp<std::int64_t>(number(from, "lasts"), 0, 3'600)}};
    if (kind == "servers")
        return sign_of_life{.asks = from.at("asks").as_bool(), .leaves = from.at("leaves").as_bool()};
    if (kind != "presence") return std::nullopt;
    presence_news made;
    for (const auto& one : from.at("people").as_array()) made.people.push_back(read_share(one.as_object()));
    return made;
}

auto no(std::string_view code, std::string_view why) {
    return failure(fault::invalid, std::string(code), std::string(why));
}

/// The tenant and the kind that a subject behind the prefix names: "t.<tenant>.<kind>" or "servers".
std::optional<std::pair<tenant_id, std::string_view>> read_subject(std::string_view rest) {
    if (rest == "servers") return std::pair{tenant_id{}, rest};
    if (!rest.starts_with("t.")) return std::nullopt;
    rest.remove_prefix(2);
    const auto dot = rest.find('.');
    if (dot == rest.npos) return std::nullopt;
    const auto tenant = tenant_id::parse(rest.substr(0, dot));
    const auto kind = rest.substr(dot + 1);
    if (!tenant || kind == "servers") return std::nullopt;
    return std::pair{*tenant, kind};
}

}  // namespace

envelopes::envelopes(std::string prefix, std::string key, peer_id self)
    : prefix_(std::move(prefix) + ".v1."), key_(std::move(key)), self_(self) {}

sealed envelopes::seal(tenant_id tenant, const bus_news& what) {
    sealed made;
    const auto kind = kind_of(what);
    made.subject = prefix_ + (kind == "servers" ? std::string() : "t." + tenant.text() + ".") + std::string(kind);
    const auto text = to_text(json::object{{"from", self_}, {"number", ++said_}, {"says", write(what)}});
    made.payload = keyed_digest(key_, made.subject + "\n" + text) + text;
    return made;
}

result<opened> envelopes::open(std::string_view subject, std::string_view payload) {
    if (!subject.starts_with(prefix_)) return no("bus_unknown", "Another subject.");
    if (payload.size() < digest_length) return no("bus_stranger", "Too short to be signed.");
    const auto text = payload.substr(digest_length);
    const auto signature = keyed_digest(key_, std::string(subject) + "\n" + std::string(text));
    if (!equal_in_constant_time(signature, payload.substr(0, digest_length)))
        return no("bus_stranger", "Not signed with this installation's key.");
    const auto where = read_subject(subject.substr(prefix_.size()));
    const auto read = parse_object(text, limits);
    if (!where || !read) return no("bus_unknown", "Not what this version says.");
    try {
        opened made{.from = number(*read, "from"), .tenant = where->first, .what = {}};
        auto what = read_news(where->second, read->at("says").as_object());
        if (!what) return no("bus_unknown", "Not what this version says.");
        if (made.from == self_) return no("bus_own", "Said here.");
        const auto at = number(*read, "number");
        // Only those who know the key come so far; restarts are what makes senders many.
        if (heard_.size() >= most_senders && !heard_.contains(made.from)) heard_.clear();
        auto& newest = heard_[made.from];
        if (at <= newest) return no("bus_old", "Not newer than what was heard.");
        newest = at;
        made.what = std::move(*what);
        return made;
    } catch (const std::exception&) {
        return no("bus_unknown", "Not what this version says.");
    }
}

peer_id new_peer() {
    std::random_device from;
    const auto high = static_cast<std::uint64_t>(from()) << 32U;
    return static_cast<peer_id>(((high | from()) >> 1U) | 1U);
}

}  // namespace parley::bus
