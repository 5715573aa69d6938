// What `parley` understands: each command with its options, and a word about each.
#include "server/command_line.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <exception>
#include <functional>
#include <memory>
#include <ostream>

#include "base/version.hpp"
#include "server/cli_commands.hpp"
#include "server/configuration_file.hpp"

namespace parley::server {
namespace {

using action = std::function<outcome(const command_context&)>;

constexpr int last_step = 9999;  // a step's file begins with four digits

/// What was typed, filled in while it is read.
struct typed {
    std::string config;
    bool json = false;
    int version = 0;
    std::string scope;
    std::string path;
    std::string against = "running";
    user_options user;
    token_options token;
    role_options role;
    std::string plugin;
    std::string folder;
    plugin_place place;
    std::string input;
    files_options files;
    rows_fate fate = rows_fate::kept;
    confirmation agreed = confirmation::asked_for;
    bool password_stdin = false;
    bool no_password = false;
    action chosen;

    [[nodiscard]] user_options user_with_password() const {
        auto made = user;
        if (password_stdin) made.password = password_source::standard_input;
        return made;
    }
};

CLI::App* command(CLI::App& in, const char* name, const char* sentence, typed& into, action does) {
    auto* made = in.add_subcommand(name, sentence);
    made->callback([&into, does = std::move(does)] { into.chosen = does; });
    return made;
}

CLI::App& group(CLI::App& in, const char* name, const char* sentence) {
    auto* made = in.add_subcommand(name, sentence);
    made->require_subcommand(1);
    return *made;
}

void add_migrate(CLI::App& root, typed& into) {
    auto& in = group(root, "migrate", "Bring the database's tables to what this version expects");
    command(in, "up", "Apply what is pending", into, migrate_up);
    auto* down = command(in, "down", "Take steps back", into,
                         [&into](const command_context& with) { return migrate_down(with, into.version); });
    down->add_option("--to", into.version, "The version to go back to; 0 takes everything back")
        ->required()
        ->check(CLI::Range(0, last_step));
    command(in, "status", "List the steps", into, migrate_status);
    auto* show = command(in, "show", "Print a step's SQL", into,
                         [&into](const command_context& with) { return migrate_show(with, into.version); });
    show->add_option("version", into.version, "The step's number")->required()->check(CLI::Range(1, last_step));
}

void add_config(CLI::App& root, typed& into) {
    auto& in = group(root, "config", "Look at the configuration");
    command(in, "check", "Say everything that is wrong with it", into, config_check);
    auto* explain =
        command(in, "explain", "Say a setting's value and who set it", into,
                [&into](const command_context& with) { return config_explain(with, into.scope, into.path); });
    explain->add_option("scope", into.scope, "server, tenant/NAME or tenant/NAME/model/NAME")->required();
    explain->add_option("setting", into.path, "Such as server.port, or a section; without it, all");
    auto* plan = command(in, "plan", "Say what a reload would change; ends with 3 if anything", into,
                         [&into](const command_context& with) { return config_plan(with, into.against); });
    plan->add_option("--against", into.against,
                     "`running` for what the running server has loaded, or another configuration's file or folder")
        ->capture_default_str();
    command(in, "reload", "Let the running server load its configuration again", into, config_reload);
    command(in, "reference", "Print the page that explains every setting", into, config_reference);
}

void add_tenant(CLI::App& root, typed& into) {
    auto& in = group(root, "tenant", "The organisations on this server");
    auto* create = command(in, "create", "Make a tenant", into,
                           [&into](const command_context& with) { return tenant_create(with, into.user.tenant); });
    create->add_option("name", into.user.tenant, "Lower case, digits, dashes; its file's name")->required();
    command(in, "list", "List the tenants", into, tenant_list);
}

void add_password(CLI::App& to, typed& into) {
    auto* way = to.add_option_group("password");
    way->add_flag("--password-stdin", into.password_stdin, "Read the password from the first line of standard input");
    way->add_flag("--no-password", into.no_password, "Nobody signs in with a password");
    way->require_option(1);
}

CLI::App* user_command(CLI::App& in, const char* name, const char* sentence, typed& into,
                       outcome (*does)(const command_context&, const user_options&)) {
    auto* made = command(in, name, sentence, into,
                         [&into, does](const command_context& with) { return does(with, into.user_with_password()); });
    made->add_option("--tenant", into.user.tenant, "The user's tenant")->required();
    made->add_option("name", into.user.name, "The user's name")->required();
    return made;
}

void add_user(CLI::App& root, typed& into) {
    auto& in = group(root, "user", "The people of a tenant");
    auto* create = user_command(in, "create", "Make a user", into, user_create);
    create->add_option("--role", into.user.role, "guest, member, staff, manager, admin or one of the tenant's own")
        ->capture_default_str();
    create->add_option("--display-name", into.user.display_name, "What others read; without it, the name");
    create->add_flag_callback(
        "--bot", [&into] { into.user.kind = user_kind::bot; }, "A program: `token create` makes what it signs in with");
    add_password(*create, into);
    auto* list = command(in, "list", "List the users", into,
                         [&into](const command_context& with) { return user_list(with, into.user.tenant); });
    list->add_option("--tenant", into.user.tenant, "The users' tenant")->required();
    user_command(in, "disable", "Lock a user out", into, user_disable);
    user_command(in, "enable", "Let a user in again", into, user_enable);
    user_command(in, "role", "Give a user another role", into, user_role)
        ->add_option("role", into.user.role, "guest, member, staff, manager, admin or one of the tenant's own")
        ->required();
    add_password(*user_command(in, "password", "Give a user another password, or none", into, user_password), into);
}

CLI::App* token_command(CLI::App& in, const char* name, const char* sentence, typed& into,
                        outcome (*does)(const command_context&, const token_options&)) {
    auto* made = command(in, name, sentence, into,
                         [&into, does](const command_context& with) { return does(with, into.token); });
    made->add_option("--tenant", into.token.tenant, "The user's tenant")->required();
    made->add_option("--user", into.token.user, "The token's owner")->required();
    return made;
}

void add_token(CLI::App& root, typed& into) {
    auto& in = group(root, "token", "Access tokens");
    auto* create = token_command(in, "create", "Make a token and print it, this once", into, token_create);
    create->add_option("--name", into.token.name, "What its owner calls it")->required();
    create->add_option("--days", into.token.days, "How long it is good; without it, as the tenant's settings say")
        ->check(CLI::Range(1, 36500));
    create->add_option("--permissions", into.token.permissions,
                       "All that it may give of what the role does; without it, everything");
    token_command(in, "list", "List a user's tokens, without their secrets", into, token_list);
    token_command(in, "revoke", "End a token", into, token_revoke)
        ->add_option("id", into.token.id, "The token's id, as `token list` shows it")
        ->required();
}

CLI::App* role_command(CLI::App& in, const char* name, const char* sentence, typed& into,
                       outcome (*does)(const command_context&, const role_options&)) {
    auto* made =
        command(in, name, sentence, into, [&into, does](const command_context& with) { return does(with, into.role); });
    made->add_option("--tenant", into.role.tenant, "The role's tenant")->required();
    return made;
}

CLI::App* named_role_command(CLI::App& in, const char* name, const char* sentence, typed& into,
                             outcome (*does)(const command_context&, const role_options&)) {
    auto* made = role_command(in, name, sentence, into, does);
    made->add_option("name", into.role.name, "The role's name")->required();
    return made;
}

void add_role(CLI::App& root, typed& into) {
    auto& in = group(root, "role", "The roles of a tenant");
    role_command(in, "list", "List the shipped roles and the tenant's own", into, role_list);
    for (auto* one : {named_role_command(in, "create", "Make a role", into, role_create),
                      named_role_command(in, "change", "Change one of the tenant's own roles", into, role_change)}) {
        one->add_option("--sentence", into.role.sentence, "What it is for");
        one->add_option("--permissions", into.role.permissions,
                        "All that it grants; see docs/reference/permissions.md");
    }
    named_role_command(in, "delete", "Take a role away", into, role_delete)
        ->add_option("--replace-with", into.role.replace_with, "The role that whoever has this one gets instead");
}

void add_place(CLI::App& to, typed& into) {
    to.add_option("--tenant", into.place.tenant, "The tenant")->required();
    to.add_option("--model", into.place.model, "One of its models; without it, the whole tenant");
}

void add_plugin(CLI::App& root, typed& into) {
    auto& in = group(root, "plugin", "What is installed beside the server, and where it is on");
    const auto named = [&](const char* name, const char* sentence,
                           outcome (*does)(const command_context&, const std::string&), const char* what) {
        command(in, name, sentence, into,
                [&into, does](const command_context& with) { return does(with, into.plugin); })
            ->add_option("plugin", into.plugin, what)
            ->required();
    };
    const auto switching = [&](const char* name, const char* sentence,
                               outcome (*does)(const command_context&, const std::string&, const plugin_place&)) {
        auto* made = command(in, name, sentence, into, [&into, does](const command_context& with) {
            return does(with, into.plugin, into.place);
        });
        made->add_option("plugin", into.plugin, "Its id")->required();
        add_place(*made, into);
    };
    command(in, "list", "List the plugins in the folders of plugins", into, plugin_list);
    named("describe", "Say in words all that a plugin's manifest says; runs nothing of it", plugin_describe,
          "Its id, or its file");
    named("check", "Try a plugin: its manifest first, and then its code in a process of its own", plugin_check,
          "Its file");
    auto* fresh = command(in, "new", "Begin a plugin from the SDK's template", into,
                          [&into](const command_context& with) { return plugin_new(with, into.plugin, into.folder); });
    fresh->add_option("name", into.plugin, "Lower case letters, digits and _")->required();
    fresh->add_option("--folder", into.folder, "Where; must not be there yet (default: the name, here)");
    switching("enable", "Say which lines switch a plugin on; writes nothing, because the files are yours",
              plugin_enable);
    switching("disable", "Say which lines switch a plugin off; writes nothing, because the files are yours",
              plugin_disable);
    auto* gone = command(
        in, "remove", "Say what a plugin left behind, and keep it, put it aside or delete it", into,
        [&into](const command_context& with) { return plugin_remove(with, into.plugin, into.fate, into.agreed); });
    gone->add_option("plugin", into.plugin, "Its id; it must not be loaded any more")->required();
    auto* fate = gone->add_option_group("fate");
    fate->add_flag_callback(
        "--keep", [&into] { into.fate = rows_fate::kept; }, "Everything stays, for when it comes back");
    fate->add_flag_callback(
        "--archive", [&into] { into.fate = rows_fate::archived; }, "Its rows are put aside under another name");
    fate->add_flag_callback("--purge", [&into] { into.fate = rows_fate::purged; }, "Its rows are deleted for good");
    fate->require_option(1);
    gone->add_flag_callback("--yes", [&into] { into.agreed = confirmation::given; }, "Do not ask");
    auto* call = command(
        in, "call", "Run a command that a plugin offers to the operator, in the running server", into,
        [&into](const command_context& with) { return plugin_call(with, into.plugin, into.place.tenant, into.input); });
    call->add_option("command", into.plugin, "Its name, as `plugin describe` says it")->required();
    call->add_option("--tenant", into.place.tenant, "The tenant")->required();
    call->add_option("--input", into.input, "A JSON object");
    auto* hooks = command(root, "hooks", "List which plugins judge what, in their order", into,
                          [&into](const command_context& with) { return hooks_show(with, into.place); });
    add_place(*hooks, into);
}

void add_files(CLI::App& root, typed& into) {
    auto& in = group(root, "files", "The files of conversations");
    auto* verify =
        command(in, "verify", "Prove that rows, contents, temporary files, versions and sums agree; 1 if not", into,
                [&into](const command_context& with) { return files_verify(with, into.files); });
    verify->add_option("--tenant", into.files.tenant, "The tenant; without it, each");
    verify->add_flag("--repair", into.files.repair, "Remove what has no counterpart, and count the sums again");
    verify->add_flag("--deep", into.files.deep, "Read every file through, too");
    auto* move = command(in, "move", "Bring a tenant's files to another store; may be interrupted, and goes on then",
                         into, [&into](const command_context& with) { return files_move(with, into.files); });
    move->add_option("--tenant", into.files.tenant, "The tenant")->required();
    move->add_option("--to", into.files.to, "Where; attachments.storage must say so already")
        ->required()
        ->check(CLI::IsMember({"local", "s3"}));
}

void add_all(CLI::App& root, typed& into) {
    root.require_subcommand(1);
    root.fallthrough();
    root.set_version_flag("--version", fmt::format("parley {}", version));
    root.add_option("--config", into.config,
                    "parley.yaml or its folder (default: $PARLEY_CONFIG, config/parley.yaml, /etc/parley/parley.yaml)");
    root.add_flag("--json", into.json, "Print lists as JSON");
    add_migrate(root, into);
    add_config(root, into);
    add_tenant(root, into);
    add_user(root, into);
    add_role(root, into);
    add_token(root, into);
    add_plugin(root, into);
    add_files(root, into);
    command(root, "doctor", "Look for what could keep the server from working", into, doctor);
    command(root, "version", "Print the version", into, [](const command_context& with) {
        with.out << fmt::format("parley {}\n", version);
        return outcome::done;
    });
}

/// The border at which what the environment breaks ends: a lost database, no memory.
outcome run_at_border(const typed& what, const command_context& with) {
    try {
        return what.chosen(with);
    } catch (const std::exception& why) {
        return with.fail({fault::internal, "internal", why.what(), {}});
    }
}

}  // namespace

int run_command_line(const std::vector<std::string>& arguments, terminal at, const config::environment& variables) {
    typed into;
    CLI::App root("Runs a Parley server's affairs: tables, configuration, tenants, people, tokens.", "parley");
    add_all(root, into);
    try {
        root.parse(std::vector<std::string>(arguments.rbegin(), arguments.rend()));
    } catch (const CLI::ParseError& why) {
        return root.exit(why, at.out, at.err) == 0 ? 0 : static_cast<int>(outcome::unusable);
    }
    const command_context with{.in = at.in,
                               .out = at.out,
                               .err = at.err,
                               .variables = variables,
                               .config = configuration_file(into.config, variables),
                               .migrations = migrations_folder(variables),
                               .lists = into.json ? listing::json : listing::table};
    const auto ended = run_at_border(into, with);
    at.out.flush();
    if (!at.out)
        return static_cast<int>(with.fail({fault::unavailable, "output", "The answer could not be written.", {}}));
    return static_cast<int>(ended);
}

}  // namespace parley::server
