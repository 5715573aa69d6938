// What administrators see of settings, plugins and the server around their tenant.
#include "base/version.hpp"
#include "kernel/access.hpp"
#include "transport/back_office.hpp"
#include "transport/live.hpp"
#include "transport/operations.hpp"

namespace parley::transport {
namespace json = boost::json;
namespace {

constexpr std::int64_t name_bytes = 63;

using shown_by = result<answer> (*)(back_office&, const call&);

/// Goes on where somebody may, on the store's thread.
void for_who_may(permission needed, call it, std::move_only_function<void(call)> then) {
    struct state {
        call it;
        std::move_only_function<void(call)> then;
    };
    auto shared = std::make_shared<state>(state{std::move(it), std::move(then)});
    const auto tenant = shared->it.by.tenant;
    shared->it.with.store.read(
        {.tenant = tenant,
         .run =
             [shared, needed](kernel::reading& from) {
                 auto& it = shared->it;
                 const auto who = kernel::access::authorise(it.with.env, from, it.by);
                 if (!who) return it.reply(std::unexpected(who.error()));
                 if (auto may = who->require(needed); !may) return it.reply(std::unexpected(may.error()));
                 if (it.with.office == nullptr)
                     return it.reply(failure(fault::unavailable, "office_closed", "Nobody can tell that here."));
                 shared->then(std::move(it));
             },
         .failed = [shared](error why) { shared->it.reply(std::unexpected(std::move(why))); }});
}

std::function<void(call)> shows(shown_by what) {
    return [what](call it) {
        for_who_may(permission::settings_see, std::move(it), [what](call one) {
            auto made = what(*one.with.office, one);
            one.reply(std::move(made));
        });
    };
}

result<answer> settings(back_office& of, const call& it) {
    auto made = of.settings(it.by.tenant_name, it.in.text("model"));
    if (!made) return std::unexpected(made.error());
    return answer{200, std::move(*made)};
}

void change(call it) {
    for_who_may(permission::settings_manage, std::move(it), [](call one) {
        settings_wish wish{.tenant = one.by.tenant_name,
                           .model = one.in.text("model"),
                           .revision = one.in.text("revision"),
                           .changes = one.in.object("changes").value_or(json::object{}),
                           .plugins = one.in.object("plugins").value_or(json::object{}),
                           .dry_run = one.in.boolean("dry_run").value_or(false),
                           .by = one.by};
        auto& office = *one.with.office;
        office.change(std::move(wish), [reply = std::move(one.reply)](result<json::object> made) mutable {
            if (!made) return reply(std::unexpected(std::move(made.error())));
            reply(answer{200, std::move(*made)});
        });
    });
}

result<answer> plugins(back_office& of, const call& it) {
    auto made = of.plugins(it.by.tenant_name, it.in.text("model"));
    if (!made) return std::unexpected(made.error());
    return answer{200, std::move(*made)};
}

void state(call it) {
    for_who_may(permission::settings_see, std::move(it), [](call one) {
        auto& room = one.with.room;
        const auto tenant = one.by.tenant;
        auto configuration = one.with.office->configuration();
        room.attendance_of(tenant, [one = std::move(one), configuration = std::move(configuration)](
                                       kernel::presence_board::attendance now) mutable {
            json::object body{{"version", version}, {"people", now.people}, {"connections", now.devices}};
            body["configuration"] = std::move(configuration);
            one.reply(answer{200, std::move(body)});
        });
    });
}

}  // namespace

std::vector<operation> office_operations() {
    return {
        {.name = "settings.list",
         .method = "GET",
         .path = "/api/v1/settings",
         .group = "server",
         .sentence = "The tenant's settings or a model's: what each means, what it may be, what it is, and who said "
                     "so. Secrets are not shown. Takes the permission settings.see.",
         .fields = {in_query(text_field("model", name_bytes, "A model; the tenant itself when it is not said."))},
         .answers = "SettingsPage",
         .problems = {403},
         .run = shows(settings)},
        {.name = "settings.change",
         .method = "PATCH",
         .path = "/api/v1/settings",
         .group = "server",
         .sentence = "Sets settings of plugins for the tenant or a model, and switches plugins on and off there; all "
                     "of it or nothing. With dry_run it only says what would change. Takes the permission "
                     "settings.manage.",
         .fields = {text_field("model", name_bytes, "A model; the tenant itself when it is not said."),
                    required(
                        text_field("revision", name_bytes, "That of what was looked at: of `forms` in settings.list.")),
                    {.name = "changes",
                     .type = field_type::object,
                     .sentence = "Values by the names of settings; null: what holds without the form."},
                    {.name = "plugins",
                     .type = field_type::object,
                     .sentence = "By the ids of plugins whether they are on: true, false or null, as above."},
                    {.name = "dry_run", .type = field_type::boolean, .sentence = "Whether nothing is to change."}},
         .answers = "SettingsChange",
         .problems = {403, 409},
         .run = change},
        {.name = "plugins.list",
         .method = "GET",
         .path = "/api/v1/plugins",
         .group = "server",
         .sentence = "The plugins that the server has, whether they are on in this tenant or in a model of it, and "
                     "how they do. Takes the permission settings.see.",
         .fields = {in_query(text_field("model", name_bytes, "A model; the tenant itself when it is not said."))},
         .answers = "PluginList",
         .problems = {403},
         .run = shows(plugins)},
        {.name = "server.state",
         .method = "GET",
         .path = "/api/v1/server/state",
         .group = "server",
         .sentence = "Who of the tenant is connected to this server, and which configuration it runs on. Takes the "
                     "permission settings.see.",
         .fields = {},
         .answers = "ServerState",
         .problems = {403},
         .run = state},
    };
}

}  // namespace parley::transport
