// Ask, read what is admitted, tell what came, send the reply.
#include "transport/transfer.hpp"

#include <boost/json/serialize.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <memory>

#include "base/log.hpp"
#include "transport/body_sink.hpp"
#include "transport/browser_session.hpp"
#include "transport/content_grant.hpp"
#include "transport/file_answer.hpp"
#include "transport/problem.hpp"
#include "transport/run_operation.hpp"

namespace parley::transport {
namespace json = boost::json;
namespace {

/// What a plugin may say in an answer's head. Cookies, and what browsers take for the whole host, are the server's.
constexpr std::array<std::string_view, 12> allowed_headers{"Location",
                                                           "Cache-Control",
                                                           "Content-Security-Policy",
                                                           "Content-Encoding",
                                                           "Content-Language",
                                                           "Vary",
                                                           "Retry-After",
                                                           "ETag",
                                                           "Last-Modified",
                                                           "Allow",
                                                           "Link",
                                                           "Service-Worker-Allowed"};
constexpr std::array<std::string_view, 3> allowed_families{"Upload-", "Tus-", "X-Parley-"};
constexpr std::string_view own_assets = "share:";
constexpr std::string_view of_another = "of:";

bool is_allowed(std::string_view name) {
    const auto begins = [&](std::string_view family) {
        return name.size() > family.size() && same_token(name.substr(0, family.size()), family);
    };
    return std::ranges::any_of(allowed_headers, [&](auto one) { return same_token(one, name); }) ||
           std::ranges::any_of(allowed_families, begins);
}

std::string text_in(const json::object& of, std::string_view name) {
    const auto* found = of.if_contains(name);
    return found != nullptr && found->is_string() ? std::string(found->get_string()) : std::string();
}

bool flag_in(const json::object& of, std::string_view name, bool otherwise) {
    const auto* found = of.if_contains(name);
    return found != nullptr && found->is_bool() ? found->get_bool() : otherwise;
}

constexpr std::size_t most_cookie = 512;
constexpr std::size_t most_languages = 256;
bool is_cookie_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
           c == '.';
}
bool is_path_letter(char c) { return is_cookie_letter(c) || c == '/'; }

/// The one cookie that a plugin has.
std::string cookie_of(const operation& of) { return "parley_" + std::string(of.group); }

/// Whether a file in the answer would be one of this host's pages: what no browser sends by itself, such as a bearer
/// token, asks for data.
bool may_show(const operation& of, const http_request& request) {
    return of.carries == kernel::carried::sends && (request.method == "GET" || request.method == "HEAD") &&
           request.header("Authorization").empty() && !request.granted;
}

/// What a plugin learns of who asks, besides the input.
json::object visitor_of(const operation& of, const http_request& request, const std::string& content_host) {
    return {{"address", request.remote},
            {"method", request.method},
            {"range", request.header("Range")},
            {"cookie", cookie_named(cookie_of(of), request)},
            {"languages", request.header("Accept-Language").substr(0, most_languages)},
            {"content_host", content_host},
            {"comes_back", !content_host.empty() && may_show(of, request)},
            {"granted", request.granted.value_or("")}};
}

class transfer : public std::enable_shared_from_this<transfer> {
public:
    transfer(const operation& of, call it, http_request request, http_answer answer, work_pool& disk)
        : of_(of),
          with_(it.with),
          by_(std::move(it.by)),
          session_(it.session),
          input_(it.in.values()),
          asked_(file_question::of(request)),
          content_host_(content_authority(with_.env.settings.of(by_.tenant_name)->content, request)),
          visitor_(visitor_of(of, request, content_host_)),
          is_granted_(request.granted.has_value()),
          target_(may_show(of, request) ? request.target : ""),
          came_by_(request.came_by),
          request_id_(std::move(request.request_id)),
          content_type_(request.header("Content-Type")),
          body_(std::move(request.stream)),
          answer_(std::move(answer)),
          disk_(disk) {}

    void begin() {
        json::object about{{"phase", "begin"}};
        if (takes()) {
            const auto length = body_ ? body_->length() : std::optional<std::uint64_t>(0);
            about["content_length"] = length ? static_cast<std::int64_t>(*length) : std::int64_t{-1};
            about["content_type"] = content_type_;
        }
        ask(std::move(about), &transfer::begun);
    }

private:
    using next_step = void (transfer::*)(json::object);

    [[nodiscard]] bool takes() const {
        return of_.carries == kernel::carried::takes_bytes || of_.carries == kernel::carried::takes_parts;
    }

    void ask(json::object about, next_step next) {
        auto values = input_;
        for (const auto& [name, value] : visitor_) about[name] = value;
        values["transfer"] = std::move(about);
        run_operation(of_, {.with = with_,
                            .by = by_,
                            .session = session_,
                            .in = input(std::move(values)),
                            .reply = [self = shared_from_this(), next](result<answer> made) {
                                // What the body failed of comes before what the plugin says about that.
                                if (!made) return self->refuse(self->why_ ? *self->why_ : made.error());
                                (self.get()->*next)(made->take_body());
                            }});
    }

    void begun(json::object said) {
        const auto* admits = said.if_contains("admit");
        if (!takes() || admits == nullptr || !admits->is_object()) return replied(std::move(said));
        auto made = admitted_body::read(admits->get_object());
        if (!made) return plugin_failed(made.error().message);
        kept_ = made->kept;
        if (!open_sink(std::move(*made))) return;
        if (!body_) return finish();
        read_on();
    }

    /// False: it has been refused.
    bool open_sink(admitted_body by) {
        const auto length = body_ ? body_->length() : std::nullopt;
        if (of_.carries == kernel::carried::takes_parts) {
            const auto boundary = multipart_reader::boundary_in(content_type_);
            if (!boundary)
                return fail({fault::invalid, "not_multipart", "The body is multipart/form-data.", {}}), false;
            // The boundaries around the files count nobody.
            sink_ = parts_sink(beneath(of_.files), std::move(by), *boundary);
            return true;
        }
        const auto most = by.most_bytes;
        sink_ = bytes_sink(beneath(of_.files), std::move(by));
        if (length.value_or(0) <= most) return true;
        fail({fault::too_large,
              "body_too_large",
              "The body is longer than the limit of " + std::to_string(most) + " bytes.",
              {}});
        return false;
    }

    void read_on() {
        body_->read([self = shared_from_this()](result<std::string_view> piece) {
            if (!piece) return self->fail(piece.error());
            if (piece->empty()) return self->finish();
            self->on_disk([self, bytes = *piece] {
                const auto written = self->sink_->write(bytes);
                written ? self->read_on() : self->fail(written.error());
            });
        });
    }

    void finish() {
        on_disk([self = shared_from_this()] {
            if (auto done = self->sink_->finish(); !done) return self->fail(done.error());
            auto about = self->sink_->received();
            about["complete"] = true;
            about["why"] = "";
            self->tell_end(std::move(about), &transfer::replied);
        });
    }

    /// Nothing more is taken. The plugin hears of it, whatever it said about it; the client hears why.
    void fail(error why) {
        why_ = std::move(why);
        const auto tell = [self = shared_from_this()] {
            json::object about{{"bytes", 0}, {"parts", json::array{}}, {"fields", json::object{}}};
            if (self->sink_) {
                self->sink_->give_up();
                about = self->sink_->received();
            }
            about["complete"] = false;
            about["why"] = self->why_->code;
            self->tell_end(std::move(about), &transfer::gave_up);
        };
        disk_.run([tell](bool) { tell(); });
    }

    void tell_end(json::object about, next_step next) {
        about["phase"] = "end";
        about["kept"] = kept_;
        ask(std::move(about), next);
    }

    void gave_up(json::object) { refuse(*why_); }

    void replied(json::object said) {
        const auto* reply = said.if_contains("reply");
        if (reply == nullptr || !reply->is_object()) return plugin_failed("It replies with nothing.");
        send(reply->get_object());
    }

    void send(const json::object& reply) {
        http_response made{.content_type = "", .headers = {}, .body = {}};
        if (const auto* status = reply.if_contains("status"); status != nullptr && status->is_int64())
            made.status = static_cast<int>(std::clamp<std::int64_t>(status->get_int64(), 200, 599));
        if (const auto* headers = reply.if_contains("headers"); headers != nullptr && headers->is_object())
            for (const auto& [name, value] : headers->get_object()) {
                if (!value.is_string() || !is_allowed(name))
                    return plugin_failed("Its answer has the header " + std::string(name) +
                                         ", which is not its to set.");
                made.headers.push_back({std::string(name), std::string(value.get_string())});
            }
        const auto* cookie = reply.if_contains("cookie");
        if (cookie != nullptr && cookie->is_object() && !is_granted_) {
            auto kept = set_cookie(cookie->get_object());
            if (!kept) return plugin_failed("Its cookie is malformed, or not for addresses of its own.");
            made.headers.push_back(std::move(*kept));
        }
        if (const auto* file = reply.if_contains("file"); file != nullptr && file->is_object())
            return send_file(file->get_object(), text_in(reply, "grants"), std::move(made));
        if (is_granted_ && !is_for_others(reply, made.status)) return refuse(nothing_here());
        if (const auto to = text_in(reply, "redirect"); !to.empty()) {
            if (made.status < 300 || made.status > 399) made.status = 302;
            made.headers.push_back({"Location", to});
        } else if (const auto* body = reply.if_contains("json"); body != nullptr && body->is_object()) {
            if (made.status >= 400 && body->get_object().contains("code"))
                return send_problem(std::move(made), body->get_object());
            made.content_type = "application/json";
            made.body = json::serialize(*body);
        } else if (const auto* text = reply.if_contains("text"); text != nullptr && text->is_string()) {
            made.content_type = text_in(reply, "type");
            made.body = text->get_string();
        }
        answer_(std::move(made));
    }

    /// Whether it is anything for a host of files but a file: what is wrong, or a place that is none of ours.
    static bool is_for_others(const json::object& reply, int status) {
        const auto to = text_in(reply, "redirect");
        const auto* body = reply.if_contains("json");
        return to.starts_with("https://") || to.starts_with("http://") ||
               (to.empty() && status >= 400 && body != nullptr && body->is_object() &&
                body->get_object().contains("code"));
    }

    /// Nothing when it is not one that this plugin may set.
    [[nodiscard]] std::optional<http_header> set_cookie(const json::object& said) const {
        const auto value = text_in(said, "value");
        const auto path = text_in(said, "path");
        const auto* seconds = said.if_contains("seconds");
        const bool fits = std::ranges::all_of(value, is_cookie_letter) && std::ranges::all_of(path, is_path_letter) &&
                          value.size() <= most_cookie && path.size() <= most_cookie &&
                          path.starts_with("/" + std::string(of_.group) + "/") && seconds != nullptr &&
                          seconds->is_int64() && seconds->get_int64() >= 0;
        if (!fits) return std::nullopt;
        auto made = cookie_of(of_) + "=" + value + "; Max-Age=" + std::to_string(seconds->get_int64()) +
                    "; Path=" + path + "; HttpOnly; SameSite=Strict";
        // Over plain HTTP browsers would not send one that says so.
        if (came_by_ == carriage::tls) made += "; Secure";
        return http_header{"Set-Cookie", std::move(made)};
    }

    /// A status that no error of the SDK has, as tus wants some: clients read it like every other.
    void send_problem(http_response made, const json::object& said) {
        error why{
            .kind = fault::invalid, .code = text_in(said, "code"), .message = text_in(said, "detail"), .field = {}};
        std::erase_if(made.headers, [&](const http_header& one) {
            if (!same_token(one.name, "Retry-After")) return false;
            std::int64_t seconds = 0;
            std::from_chars(one.value.data(), one.value.data() + one.value.size(), seconds);
            why.retry_after = std::chrono::seconds{seconds};
            return true;
        });
        auto whole = problem(made.status, why, request_id_);
        std::ranges::move(made.headers, std::back_inserter(whole.headers));
        answer_(std::move(whole));
    }

    /// To the host of files, for this very address.
    void send_elsewhere(std::string note, http_response so_far) {
        if (!is_note(note)) return plugin_failed("What it grants is more than letters, digits, -, _ and dots.");
        const auto& env = with_.env;
        const auto settings = env.settings.of(by_.tenant_name);
        const content_grant made{.tenant = by_.tenant_name,
                                 .session = by_.session,
                                 .until = grant_ends(env.time.now(), settings->content.grant_seconds),
                                 .note = std::move(note)};
        http_response answer{.status = 302, .content_type = {}, .headers = {}, .body = {}, .tenant = {}};
        // By what it came, it goes on.
        answer.headers = {{"Location", "//" + content_host_ + with_grant(target_, made, settings->content.secret)},
                          {"Cache-Control", "no-store"}};
        std::ranges::copy_if(so_far.headers, std::back_inserter(answer.headers),
                             [](const auto& one) { return same_token(one.name, "Set-Cookie"); });
        answer_(std::move(answer));
    }

    void send_file(const json::object& said, std::string note, http_response so_far) {
        auto path = text_in(said, "path");
        const auto* folder = take_folder(path);
        if (folder == nullptr) return plugin_failed("It sends a file of a plugin whose files it may not read.");
        // What the plugin brings along is a part of its pages.
        if (folder == &of_.assets && is_granted_) return refuse(nothing_here());
        if (folder != &of_.assets && !content_host_.empty() && !target_.empty())
            return send_elsewhere(std::move(note), std::move(so_far));
        sent_file what{.name = text_in(said, "name"),
                       .type = text_in(said, "type"),
                       .is_attachment = flag_in(said, "attachment", true),
                       .etag = text_in(said, "etag"),
                       .cache = text_in(said, "cache"),
                       .is_sandboxed = flag_in(said, "sandbox", true)};
        on_disk([self = shared_from_this(), path, folder, what = std::move(what),
                 headers = std::move(so_far.headers)]() mutable {
            auto file = beneath(*folder).read(path);
            if (!file) return self->refuse(file.error().kind == fault::not_found ? nothing_here() : file.error());
            auto made = answer_with_file(std::move(*file), what, self->asked_, std::move(headers), self->disk_);
            if (!made) return self->refuse(made.error());
            if (made->status != 416) return self->answer_(std::move(*made));
            auto none = problem(416, {fault::invalid, "range_unsatisfiable", "The file is not that long.", {}},
                                self->request_id_);
            std::ranges::move(made->headers, std::back_inserter(none.headers));
            self->answer_(std::move(none));
        });
    }

    /// Where the path leads from, without saying so any more; null: nowhere that this plugin may read. As long as the
    /// operation.
    [[nodiscard]] const std::filesystem::path* take_folder(std::string& path) const {
        if (path.starts_with(own_assets)) {
            path.erase(0, own_assets.size());
            return &of_.assets;
        }
        if (!path.starts_with(of_another)) return &of_.files;
        const auto slash = path.find('/');
        const auto whose = path.substr(of_another.size(), slash - of_another.size());
        const auto found = of_.lent.find(whose);
        if (slash == std::string::npos || found == of_.lent.end()) return nullptr;
        path.erase(0, slash + 1);
        return &found->second;
    }

    [[nodiscard]] static error nothing_here() { return {fault::not_found, "not_found", "There is nothing here.", {}}; }

    template <class Work>
    void on_disk(Work work) {
        disk_.run([self = shared_from_this(), work = std::move(work)](bool refused) mutable {
            if (!refused) return work();
            self->refuse({fault::unavailable, "disk_busy", "The disk has too much to do; try again later.", {}});
        });
    }

    void refuse(const error& why) {
        constexpr int insufficient_storage = 507;
        answer_(why.code == "disk_full" ? problem(insufficient_storage, why, request_id_) : problem(why, request_id_));
    }

    void plugin_failed(const std::string& why) {
        log::warning("a plugin's answer to a transfer makes no sense",
                     {{"plugin", of_.group}, {"command", of_.name}, {"request", request_id_}, {"why", why}});
        refuse({fault::internal, "plugin_failed", "This feature failed; the operator's log says more.", {}});
    }

    const operation& of_;
    services& with_;
    const kernel::caller by_;
    const token_id session_;
    const json::object input_;
    const file_question asked_;
    const std::string content_host_;
    const json::object visitor_;
    const bool is_granted_;
    const std::string target_;  ///< where files are fetched in a second request: what it was; else empty
    const carriage came_by_;
    const std::string request_id_;
    const std::string content_type_;
    const std::shared_ptr<request_body> body_;
    http_answer answer_;
    work_pool& disk_;
    std::unique_ptr<body_sink> sink_;
    json::object kept_;
    std::optional<error> why_;
};

}  // namespace

void run_transfer(const operation& of, call it, http_request request, http_answer answer, work_pool& disk) {
    std::make_shared<transfer>(of, std::move(it), std::move(request), std::move(answer), disk)->begin();
}

}  // namespace parley::transport
