// The widget's files, where they may be shown, and the door to those who answer.
#include <algorithm>
#include <parley/plugin.hpp>
#include <parley/web_files.hpp>

#include "door.hpp"

namespace widget {
namespace {

const std::string home = "/widget/";

/// Other pages load it by a name that stays, so it is not kept for long; it is asked for again with its ETag.
constexpr std::string_view for_minutes = "public, max-age=300";

/// Nothing but this server's own files; whatever page it is shown in has no say.
constexpr std::string_view frame_policy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; frame-ancestors";

/// As strict as the page of somebody who trusts us with a script and a frame, and with nothing else.
constexpr std::string_view demo_policy =
    "default-src 'none'; script-src 'self'; style-src 'self'; frame-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'";

/// What a page on this server's own host is called here.
constexpr std::string_view own = "self";

struct encodings {
    std::optional<sdk::text<256>> accepts;
};
BOOST_DESCRIBE_STRUCT(encodings, (), (accepts))

struct site_asked {
    sdk::text<300> site;
};
BOOST_DESCRIBE_STRUCT(site_asked, (), (site))

struct shown_config {
    std::string title;
    std::string greeting;
    bool ask_name = true;
    bool staffed = false;  ///< somebody is named who answers
    bool files = false;    ///< files can be sent
};
BOOST_DESCRIBE_STRUCT(shown_config, (), (title, greeting, ask_name, staffed, files))

/// What would end the directive is no origin, whoever let it into the configuration.
bool is_plain(const std::string& site) {
    return site.find_first_of(" \t\r\n;,'\"*") == std::string::npos &&
           (site.rfind("https://", 0) == 0 || site.rfind("http://", 0) == 0);
}

std::string frames_of(const settings& of) {
    std::string all(frame_policy);
    const auto bare = all.size();
    for (const auto& one : of.sites)
        if (is_plain(one)) all += " " + one;
    if (of.demo) all += " 'self'";
    if (all.size() == bare) all += " 'none'";
    return all;
}

class plugin {
public:
    void setup(sdk::registry<plugin>& on) {
        on.command("widget.open", "widget.open",
                   {"POST",
                    "/api/v1/widget/conversation",
                    "The caller's conversation with those who answer the widget; it is made when there is none.",
                    {}},
                   &plugin::open);
        on.transfer("widget.config", sdk::anybody, at("config", "What the widget shows on a site that may have it."),
                    &plugin::config);
        on.transfer("widget.loader", sdk::anybody, at("v1.js", "The script that pages name."), &plugin::loader);
        on.transfer("widget.frame", sdk::anybody, at("frame", "The chat, to be shown in those pages."), &plugin::frame);
        on.transfer("widget.asset", sdk::anybody, at("assets/{file}", "A file of the chat that never changes."),
                    &plugin::asset);
        on.transfer("widget.demo", sdk::anybody, at("demo", "A page with the widget, where the setting is on."),
                    &plugin::demo);
    }

private:
    static sdk::transfer at(const std::string& path, std::string sentence) {
        sdk::transfer made{.method = "GET", .path = home + path, .sentence = std::move(sentence)};
        made.fields = {{"file", "Its name."},
                       {"accepts", "Encodings that the browser takes."},
                       {"site", "The origin of the page; self for one of this host."}};
        made.headers = {{"accepts", "Accept-Encoding"}};
        return made;
    }

    sdk::task<opened> open(sdk::call call) { return door_.open(std::move(call)); }

    sdk::task<sdk::reply> config(sdk::call call, site_asked asked) {
        const auto here = call.settings<settings>();
        const bool listed = std::find(here->sites.begin(), here->sites.end(), asked.site) != here->sites.end();
        if (!listed && !(here->demo && asked.site == own))
            co_return sdk::not_found("site_unknown", "There is no widget for this site.");
        const auto files = co_await call.providers("file/1");
        const shown_config made{here->title, here->greeting, here->ask_name, !here->staff.empty(),
                                !files.plugins.empty()};
        auto told = sdk::reply::of(made);
        told.headers.emplace("Cache-Control", "no-cache");
        co_return told;
    }

    sdk::result<sdk::reply> loader(encodings asked) { return sdk::web_file("", {"v1.js", asked.accepts}, for_minutes); }

    sdk::result<sdk::reply> frame(sdk::call call, encodings asked, sdk::visitor by) {
        auto made = sdk::web_file("", {"frame.html", asked.accepts}, sdk::web_fresh);
        if (made)
            made->headers.emplace("Content-Security-Policy",
                                  sdk::policy_with_files(frames_of(*call.settings<settings>()), by.content_host));
        return made;
    }

    sdk::result<sdk::reply> asset(sdk::web_request asked) { return sdk::web_file("assets/", asked, sdk::web_forever); }

    sdk::result<sdk::reply> demo(sdk::call call, encodings asked) {
        if (!call.settings<settings>()->demo) return sdk::not_found("page_unknown", "There is no such page.");
        auto made = sdk::web_file("", {"demo.html", asked.accepts}, sdk::web_fresh);
        if (made) made->headers.emplace("Content-Security-Policy", demo_policy);
        return made;
    }

    door door_;
};

}  // namespace
}  // namespace widget

PARLEY_PLUGIN(widget::plugin);
