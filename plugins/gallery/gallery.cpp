// Gallery: small pictures of files, what is known of them, and a conversation's gallery.
#include <parley/aside.hpp>
#include <parley/storage.hpp>
#include <parley/transfer.hpp>
#include <parley/web_files.hpp>

#include "listing.hpp"
#include "making.hpp"
#include "tidying.hpp"

namespace gallery {
namespace {

const std::string one_path = "/api/v1/files/{file}";
const std::string see = "gallery.see";

struct thumbnail_request {
    sdk::id file;
    sdk::whole<1, 100'000> size;
};
BOOST_DESCRIBE_STRUCT(thumbnail_request, (), (file, size))

class plugin : public sdk::with_web_piece {
public:
    void setup(sdk::registry<plugin>& on) {
        offer_web_piece(on, {.plugin = "gallery", .style = true});
        read(on);
        write(on);
        on.service("gallery.file_clean/1", &plugin::clean);
        on.after("file.changed", &plugin::file_changed);
        on.after("file.shown", &plugin::file_shown);
        on.after("file.removed", &plugin::file_removed);
        on.job("make", {.every = {}, .lease = std::chrono::minutes(4), .most_tries = 0}, &plugin::make);
        on.job("sweep", {.every = std::chrono::minutes(1), .lease = std::chrono::minutes(4), .most_tries = 0},
               &plugin::sweep);
        on.job("tidy", {.every = std::chrono::hours(24), .lease = std::chrono::minutes(10), .most_tries = 3},
               &plugin::tidy);
        on.health(&plugin::health);
        maker_.count = {.made = on.counter("made", "Files that thumbnails were made of."),
                        .failed = on.counter("failed", "Files that could not be read."),
                        .cleaned = on.counter("cleaned", "Files out of which something was taken."),
                        .seconds = on.histogram("seconds", "How long the thumbnails of one file took."),
                        .waiting = on.gauge("waiting", "1: files of the tenant looked at last wait for thumbnails.")};
    }
    void start() { sdk::spawn(maker_.recover()); }
    void stop() { maker_.stop(); }

private:
    void read(sdk::registry<plugin>& on) {
        const std::map<std::string, std::string> fields{
            {"conversation", "The conversation's id."},
            {"file", "The file's id."},
            {"size", "The longer side in pixels; the next larger one that there is, or the largest."},
            {"category", "Only these: image, document, video, audio or other."},
            {"label", "Only those with this label."},
            {"q", "Only those in whose name this stands, or in what a camera wrote, for those who may see that."},
            {"from", "client or portfolio."},
            {"offset_minutes", "How far east of UTC days begin; 0 when it is not said."},
            {"before", "Older ones than this file; the newest come first."},
            {"limit", "How many at most; 50 when it is not said."},
            {"repair", "Mends what does not agree."}};
        on.command("gallery.list", see,
                   {"GET", "/api/v1/conversations/{conversation}/gallery", "A conversation's files, each with its day.",
                    fields},
                   &plugin::list);
        on.command("gallery.labels", see,
                   {"GET", "/api/v1/conversations/{conversation}/gallery-labels", "Which labels there are.", fields},
                   &plugin::labels);
        on.command("gallery.facts", see, {"GET", one_path + "/picture", "What is known of a file's picture.", fields},
                   &plugin::facts);
        on.command("gallery.camera", "gallery.metadata",
                   {"GET", one_path + "/camera", "What a camera wrote into a picture.", fields}, &plugin::camera);
        on.transfer("gallery.thumbnail", see,
                    {.method = "GET",
                     .path = one_path + "/thumbnails/{size}",
                     .sentence = "A small picture of a file.",
                     .fields = fields},
                    &plugin::thumbnail);
        on.command("gallery.verify", "gallery.verify",
                   {"POST", "/api/v1/gallery-verification", "Compares thumbnails with files.", fields},
                   &plugin::verify);
    }

    void write(sdk::registry<plugin>& on) {
        const std::map<std::string, std::string> fields{{"file", "The file's id."},
                                                        {"label", "Up to 60 bytes."},
                                                        {"from", "The label that goes."},
                                                        {"to", "What comes in its place."}};
        const auto one_label = one_path + "/labels/{label}";
        on.command("gallery.label", "gallery.label", {"PUT", one_label, "Labels a file.", fields}, &plugin::label);
        on.command("gallery.unlabel", "gallery.label", {"DELETE", one_label, "Takes a label off.", fields},
                   &plugin::unlabel);
        on.command("gallery.relabel", "gallery.label",
                   {"POST", one_path + "/relabel", "Moves a file from one label to another.", fields},
                   &plugin::relabel);
        on.command("gallery.place", "gallery.portfolio",
                   {"PUT",
                    one_path + "/place",
                    "Moves a file to the portfolio, or back to the client's.",
                    {{"file", "The file's id."}, {"to", "client or portfolio."}}},
                   &plugin::place);
    }

    sdk::task<shown_items> list(sdk::call call, list_request in) {
        return lister_.list(std::move(call), std::move(in));
    }
    sdk::task<shown_labels> labels(sdk::call call, one_conversation in) { return lister_.labels(std::move(call), in); }
    sdk::task<shown_item> facts(sdk::call call, attachments::one_file in) { return lister_.facts(std::move(call), in); }
    sdk::task<shown_camera> camera(sdk::call call, attachments::one_file in) {
        return lister_.camera(std::move(call), in);
    }
    sdk::task<shown_item> label(sdk::call call, label_request in) {
        return lister_.label(std::move(call), std::move(in));
    }
    sdk::task<shown_item> unlabel(sdk::call call, label_request in) {
        return lister_.unlabel(std::move(call), std::move(in));
    }
    sdk::task<shown_item> relabel(sdk::call call, relabel_request in) {
        return lister_.relabel(std::move(call), std::move(in));
    }
    sdk::task<shown_item> place(sdk::call call, place_request in) { return lister_.place(std::move(call), in); }

    sdk::task<sdk::reply> thumbnail(sdk::call call, thumbnail_request in) {
        const attachments::one_file which{in.file};
        const auto file = co_await call.service<attachments::file_facts>("attachments.may_see/1", which);
        const auto found =
            co_await call.storage([&](odb::database& db) { return best_thumbnail(db, call.tenant, in.file, in.size); });
        if (found == nullptr) co_return sdk::not_found("file_unknown", "There is no such file.");
        const auto ending = found->path.substr(found->path.rfind('.'));
        co_return sdk::reply::send({.path = found->path,
                                    .name = file.name + ending,
                                    .type = found->type,
                                    .attachment = false,
                                    .etag = "t" + std::to_string(found->id),
                                    .cache = "private, no-cache"});  // who may have it is asked each time
    }

    sdk::task<attachments::file_cleaned> clean(sdk::call call, attachments::file_to_check in) {
        return maker_.clean(std::move(call), std::move(in));
    }
    sdk::task<> file_changed(sdk::event event) {
        const auto what = co_await event.as<attachments::file_changed>();
        co_await maker_.look_at(event, what.file);
    }
    sdk::task<> file_shown(sdk::event event) {
        const auto what = co_await event.as<attachments::file_shown>();
        co_await maker_.look_at(event, what.file);
    }
    sdk::task<> file_removed(sdk::event event) {
        const auto what = co_await event.as<attachments::file_removed>();
        co_await maker_.forget(event, what.file);
    }

    sdk::task<> make(sdk::call call) { return maker_.make(std::move(call)); }
    sdk::task<> sweep(sdk::call call) { return maker_.sweep(std::move(call)); }
    sdk::task<> tidy(sdk::call call) {
        const verify_request mend{.repair = true};
        co_await tidier_.verify(call, mend);
    }
    sdk::task<verified> verify(sdk::call call, verify_request in) { return tidier_.verify(std::move(call), in); }

    sdk::result<void> health() {
        if (maker_.hangs())
            return sdk::unavailable("making_hangs", "A thumbnail does not end, although its time is over.");
        return {};
    }

    maker maker_;
    lister lister_;
    tidier tidier_{maker_};
};

}  // namespace
}  // namespace gallery

PARLEY_PLUGIN(gallery::plugin);
