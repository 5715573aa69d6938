// Settings, plugins and the configuration's state, as administrators of a tenant see them.
#pragma once

#include "plugins/plugins.hpp"
#include "server/config_settings.hpp"
#include "server/reload.hpp"
#include "server/settings_desk.hpp"
#include "transport/back_office.hpp"

namespace parley::server {

/// A SettingsPage of a scope. An unknown model is `not_found`, an unknown tenant has what it inherits.
[[nodiscard]] result<boost::json::object> settings_page(const config::configuration&, std::string_view tenant,
                                                        std::string_view model);

/// Safe to use from any thread. All must outlive it.
class tenant_office final : public transport::back_office {
public:
    tenant_office(const config_settings& in_force, const reloader& reloading, const plugins::plugins& plugged,
                  settings_desk& desk)
        : in_force_(in_force), reloading_(reloading), plugged_(plugged), desk_(desk) {}

    [[nodiscard]] result<boost::json::object> settings(std::string_view tenant, std::string_view model) override {
        return settings_page(*in_force_.now(), tenant, model);
    }
    void change(transport::settings_wish wish, transport::settings_answer answer) override {
        desk_.change(std::move(wish), std::move(answer));
    }
    [[nodiscard]] result<boost::json::object> plugins(std::string_view tenant, std::string_view model) override;
    [[nodiscard]] boost::json::object configuration() override { return reloading_.details(); }

private:
    const config_settings& in_force_;
    const reloader& reloading_;
    const plugins::plugins& plugged_;
    settings_desk& desk_;
};

}  // namespace parley::server
