// Transfers of every kind: bytes, forms, going on where it broke off, files, pages, places to go on to.
#include <parley/plugin.hpp>

#include <atomic>
#include <filesystem>
#include <fstream>

namespace depot {
namespace {

namespace sdk = parley::sdk;
namespace fs = std::filesystem;

struct settings {
    std::int64_t most_bytes = 0;
};
BOOST_DESCRIBE_STRUCT(settings, (), (most_bytes))

struct named {
    sdk::text<64> name;
};
BOOST_DESCRIBE_STRUCT(named, (), (name))

struct tail {
    sdk::text<64> name;
    sdk::whole<0, 1'000'000'000> offset;
};
BOOST_DESCRIBE_STRUCT(tail, (), (name, offset))

struct in_conversation {
    sdk::id conversation;
};
BOOST_DESCRIBE_STRUCT(in_conversation, (), (conversation))

struct stored {
    std::string name;
    std::int64_t bytes = 0;
};
BOOST_DESCRIBE_STRUCT(stored, (), (name, bytes))

struct many_stored {
    std::vector<stored> files;
    std::map<std::string, std::string> fields;
};
BOOST_DESCRIBE_STRUCT(many_stored, (), (files, fields))

struct ends {
    std::int64_t admitted = 0;
    std::int64_t complete = 0;
    std::int64_t broken = 0;
    std::string why;
    std::int64_t left = 0;  ///< files of bodies that are nowhere else
};
BOOST_DESCRIBE_STRUCT(ends, (), (admitted, complete, broken, why, left))

std::string place_of(const sdk::call& call, const std::string& name) {
    return "kept/" + std::to_string(call.tenant.number()) + "/" + name;
}

class plugin {
public:
    void setup(sdk::registry<plugin>& on) {
        using sdk::takes;
        const std::string use = "depot.use";
        on.transfer("depot.put", use,
                    {.method = "PUT", .path = "/api/v1/depot/{name}", .sentence = "Keeps it.", .takes = takes::bytes},
                    &plugin::admit, &plugin::keep);
        on.transfer("depot.append", use,
                    {.method = "PATCH",
                     .path = "/api/v1/depot/{name}",
                     .sentence = "Goes on.",
                     .headers = {{"offset", "Upload-Offset"}},
                     .takes = takes::bytes},
                    &plugin::admit_tail, &plugin::keep_tail);
        on.transfer("depot.add", use,
                    {.method = "POST", .path = "/api/v1/depot", .sentence = "Keeps many.", .takes = takes::parts},
                    &plugin::admit_many, &plugin::keep_many);
        on.transfer("depot.inside", use,
                    {.method = "POST",
                     .path = "/api/v1/conversations/{conversation}/depot",
                     .sentence = "Keeps it in a conversation.",
                     .takes = takes::bytes},
                    &plugin::admit_inside, &plugin::keep_inside);
        on.transfer("depot.get", use, {.method = "GET", .path = "/api/v1/depot/{name}", .sentence = "Sends it."},
                    &plugin::get);
        on.transfer("depot.lent", use,
                    {.method = "GET", .path = "/api/v1/depot-lent/{name}", .sentence = "Sends another's file."},
                    &plugin::lent);
        on.transfer("depot.foreign", use,
                    {.method = "GET", .path = "/api/v1/depot-foreign/{name}", .sentence = "Tries to."},
                    &plugin::foreign);
        on.transfer("depot.page", sdk::anybody, {.method = "GET", .path = "/depot/page", .sentence = "A page."},
                    &plugin::page);
        on.transfer("depot.asset", sdk::anybody,
                    {.method = "GET", .path = "/depot/assets/{name}", .sentence = "Of a page."}, &plugin::asset);
        on.transfer("depot.root", sdk::anybody, {.method = "GET", .path = "/", .sentence = "The first page."},
                    &plugin::root);
        on.transfer("depot.wrong", sdk::anybody, {.method = "GET", .path = "/depot/wrong", .sentence = "Nonsense."},
                    &plugin::wrong);
        on.transfer("depot.visit", sdk::anybody,
                    {.method = "GET",
                     .path = "/depot/visit/{name}",
                     .sentence = "Who asks; gives a cookie with this value.",
                     .secret = "name"},
                    &plugin::visit);
        on.command("depot.told", use, {"GET", "/api/v1/depot-told", "What it was told.", {}}, &plugin::told);
    }

private:
    sdk::admission admit(sdk::call call, named in, sdk::offered_body) {
        (void)in;
        ++admitted_;
        return {.folder = "incoming", .most_bytes = call.settings<settings>()->most_bytes};
    }
    sdk::result<sdk::reply> keep(sdk::call call, named in, sdk::received what) {
        count(what);
        if (!what.complete) return sdk::reply{};
        return kept(call, in.name, what.parts.at(0));
    }

    sdk::result<sdk::admission> admit_inside(sdk::call call, in_conversation, sdk::offered_body offered) {
        if (offered.type != "text/plain") return sdk::invalid("", "not_text", "Only texts.");
        ++admitted_;
        return sdk::admission{.folder = "incoming", .most_bytes = call.settings<settings>()->most_bytes};
    }
    sdk::result<sdk::reply> keep_inside(sdk::call call, in_conversation in, sdk::received what) {
        count(what);
        if (!what.complete) return sdk::reply{};
        return kept(call, in.conversation.text(), what.parts.at(0));
    }

    sdk::task<sdk::admission> admit_tail(sdk::call call, tail in) {
        ++admitted_;
        co_return sdk::admission{
            .most_bytes = call.settings<settings>()->most_bytes, .append_to = place_of(call, in.name), .at = in.offset};
    }
    sdk::task<sdk::reply> keep_tail(sdk::call call, tail in, sdk::received what) {
        (void)call;
        count(what);
        sdk::reply made{.status = 204};
        made.headers["Upload-Offset"] = std::to_string(in.offset + what.bytes);
        co_return made;
    }

    sdk::admission admit_many(sdk::call call) {
        ++admitted_;
        return {.folder = "incoming",
                .most_bytes = 3 * call.settings<settings>()->most_bytes,
                .most_part_bytes = call.settings<settings>()->most_bytes,
                .most_parts = 3,
                .kept = {{"from", call.user.text()}}};
    }
    sdk::result<sdk::reply> keep_many(sdk::call call, sdk::received what) {
        count(what);
        if (!what.complete) return sdk::reply{};
        many_stored made{{}, what.fields};
        if (what.kept.at("from").as_string() != call.user.text())
            return sdk::failed("what was kept is somebody else's");
        for (const auto& part : what.parts) {
            if (auto one = kept(call, part.name, part); !one) return one;
            made.files.push_back({part.name, part.bytes});
        }
        return sdk::reply::of(made, 201);
    }

    sdk::result<sdk::reply> get(sdk::call call, named in) {
        return sdk::reply::send({.path = place_of(call, in.name), .name = in.name, .type = "image/png"});
    }
    sdk::reply lent(sdk::call, named in) {
        return sdk::reply::send({.path = "of:library/" + in.name, .name = in.name, .type = "text/plain"});
    }
    sdk::reply foreign(sdk::call, named in) {
        return sdk::reply::send({.path = "of:vault/" + in.name, .name = in.name, .type = "text/plain"});
    }
    sdk::reply page(sdk::call call) {
        sdk::reply made;
        made.text = "<!doctype html><title>" + call.tenant_name + "</title>";
        made.type = "text/html; charset=utf-8";
        made.headers["Content-Security-Policy"] = "default-src 'self'";
        return made;
    }
    sdk::reply asset(sdk::call, named in) {
        return sdk::reply::send({.path = "share:" + in.name,
                                 .type = "text/javascript",
                                 .attachment = false,
                                 .cache = "public, max-age=31536000, immutable",
                                 .sandbox = false});
    }
    sdk::reply root() { return sdk::reply::to("/depot/page"); }
    sdk::reply visit(named in, sdk::visitor by) {
        auto made = sdk::reply::of(by);
        const bool is_elsewhere = in.name.starts_with("elsewhere");
        const bool is_wild = in.name.starts_with("wild");
        made.cookie = {is_wild ? "a; Domain=test" : std::string(in.name), is_elsewhere ? "/depots/" : "/depot/visit",
                       60};
        return made;
    }
    sdk::reply wrong() {
        sdk::reply made;
        made.headers["Set-Cookie"] = "a=b";
        return made;
    }
    ends told() {
        const std::lock_guard lock(lock_);
        auto made = ends_;
        made.admitted = admitted_;
        const auto incoming = sdk::files_folder() / "incoming";
        if (fs::exists(incoming)) made.left = std::distance(fs::directory_iterator(incoming), fs::directory_iterator());
        return made;
    }

    void count(const sdk::received& what) {
        const std::lock_guard lock(lock_);
        ++(what.complete ? ends_.complete : ends_.broken);
        ends_.why = what.why;
    }
    static sdk::result<sdk::reply> kept(const sdk::call& call, const std::string& name,
                                        const sdk::received_part& part) {
        if (name.find('/') != std::string::npos || name.starts_with("."))
            return sdk::invalid("name", "name_invalid", "This is no name.");
        const auto to = sdk::files_folder() / place_of(call, name);
        fs::create_directories(to.parent_path());
        fs::rename(sdk::files_folder() / part.file, to);
        return sdk::reply::of(stored{name, part.bytes}, 201);
    }

    std::atomic<std::int64_t> admitted_{0};
    std::mutex lock_;
    ends ends_;
};

}  // namespace
}  // namespace depot

PARLEY_PLUGIN(depot::plugin);
