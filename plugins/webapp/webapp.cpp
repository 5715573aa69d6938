// The web client's files, and which pieces other plugins bring to it.
#include <parley/plugin.hpp>
#include <parley/web_files.hpp>

namespace webapp {
namespace {

namespace sdk = parley::sdk;

const std::string home = "/webapp/";

/// Nothing but this server's own files; no script and no style in the page itself, and none made from text.
constexpr std::string_view policy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:; "
    "font-src 'self'; connect-src 'self'; manifest-src 'self'; worker-src 'self'; frame-src 'self'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types parley";

struct encodings {
    std::optional<sdk::text<256>> accepts;
};
BOOST_DESCRIBE_STRUCT(encodings, (), (accepts))

struct found_piece : sdk::web_piece {
    std::string plugin;
};
BOOST_DESCRIBE_STRUCT(found_piece, (sdk::web_piece), (plugin))

struct piece_list {
    std::vector<found_piece> pieces;
};
BOOST_DESCRIBE_STRUCT(piece_list, (), (pieces))

class plugin {
public:
    void setup(sdk::registry<plugin>& on) {
        on.transfer("webapp.root", sdk::anybody, at("/", "Leads to the web client."), &plugin::root);
        on.transfer("webapp.page", sdk::anybody, at(home, "The web client."), &plugin::page);
        on.transfer("webapp.file", sdk::anybody, at(home + "{file}", "A file of the web client."), &plugin::file);
        on.transfer("webapp.asset", sdk::anybody,
                    at(home + "assets/{file}", "A file of the web client that never changes."), &plugin::asset);
        on.transfer("webapp.pieces", sdk::anybody,
                    at("/api/v1/web/pieces", "The pieces that other plugins bring to the web client here."),
                    &plugin::pieces);
    }

private:
    static sdk::transfer at(std::string path, std::string sentence) {
        sdk::transfer made{.method = "GET", .path = std::move(path), .sentence = std::move(sentence)};
        made.fields = {{"file", "Its name."}, {"accepts", "Encodings that the browser takes."}};
        made.headers = {{"accepts", "Accept-Encoding"}};
        return made;
    }

    sdk::reply root() { return sdk::reply::to(home); }

    sdk::result<sdk::reply> page(encodings asked, sdk::visitor by) { return shown({"index.html", asked.accepts}, by); }

    sdk::result<sdk::reply> file(sdk::web_request asked, sdk::visitor by) { return shown(asked, by); }

    sdk::result<sdk::reply> asset(sdk::web_request asked) { return sdk::web_file("assets/", asked, sdk::web_forever); }

    static sdk::result<sdk::reply> shown(const sdk::web_request& asked, const sdk::visitor& by) {
        auto made = sdk::web_file("", asked, sdk::web_fresh);
        if (made)
            made->headers.emplace("Content-Security-Policy",
                                  sdk::policy_with_files(std::string(policy), by.content_host));
        return made;
    }

    sdk::task<sdk::reply> pieces(sdk::call call) {
        piece_list all;
        const auto found = co_await call.providers("web_piece/1");
        for (const auto& one : found.plugins) {
            const auto name = one + ".web_piece/1";
            auto asking = call.service<sdk::web_piece>(name, sdk::json::object{});
            // One that fails keeps nobody from the others.
            const auto piece = co_await std::move(asking).as_result();
            if (piece) all.pieces.push_back({*piece, one});
        }
        auto made = sdk::reply::of(all);
        made.headers.emplace("Cache-Control", "no-cache");
        co_return made;
    }
};

}  // namespace
}  // namespace webapp

PARLEY_PLUGIN(webapp::plugin);
