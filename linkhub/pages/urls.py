"""The addresses of pages: design 9."""

from __future__ import annotations

from django.contrib.auth.views import LogoutView
from django.urls import include, path, register_converter

from linkhub.lib.names import NameConverter
from linkhub.pages import (
    badge,
    clicks,
    compare,
    definition_history,
    definition_pages,
    feeds,
    find,
    go,
    health,
    home,
    links,
    palette,
    pin_pages,
    projects,
    runs,
    stars,
    status,
    theme,
    view_pages,
    workflows,
)
from linkhub.pages.sign_in import SignIn
from linkhub.runs.scalars import KEY


class KeyConverter:
    """A link's key, with a trailing `+` where the viewer wants to see and not to go."""

    regex = rf"{KEY}\+?"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(NameConverter, "name")
register_converter(KeyConverter, "key")

PROJECT = "projects/<name:project>/"
DEFINITION = f"{PROJECT}definitions/<slug:key>"
RUN = f"{PROJECT}<name:domain>/runs/<name:run>/"
WORKFLOW = "<name:project>/<name:domain>/<name:workflow>"
GO_RUN = "go/<name:project>/<name:domain>/<name:run>"

urlpatterns = [
    path("", home.home, name="home"),
    path(f"badge/{WORKFLOW}.svg", badge.picture, name="badge_picture"),
    path(f"badge/{WORKFLOW}/", badge.badge, name="badge"),
    path("find", find.find, name="find"),
    path("palette", palette.palette, name="palette"),
    path("links/", links.all_links, name="links"),
    path("clicks", clicks.clicked, name="clicks"),
    path("projects/", projects.index, name="projects"),
    path(PROJECT, projects.detail, name="project"),
    path(f"{PROJECT}links/", links.project_links, name="project_links"),
    path(f"{PROJECT}workflows/<name:workflow>/", workflows.detail, name="workflow"),
    path(f"{PROJECT}star", stars.star_project, name="star_project"),
    path(f"{PROJECT}workflows/<name:workflow>/star", stars.star_workflow, name="star_workflow"),
    path(f"{PROJECT}pins/", pin_pages.pins_page, name="pins"),
    path(f"{PROJECT}definitions/", definition_pages.index, name="project_definitions"),
    path(f"{PROJECT}new-definition/", definition_pages.new, name="project_new_definition"),
    path(f"{PROJECT}new-definition/<slug:part>", definition_pages.part, name="new_definition_part"),
    path(f"{DEFINITION}/", definition_pages.change, name="project_definition"),
    path(f"{DEFINITION}/delete", definition_pages.remove, name="project_definition_delete"),
    path(f"{DEFINITION}/history/", definition_history.history, name="definition_history"),
    path(
        f"{DEFINITION}/history/<int:record>/",
        definition_history.restore,
        name="definition_restore",
    ),
    path(f"{DEFINITION}/<slug:part>", definition_pages.part, name="definition_part"),
    path(RUN, runs.run_detail, name="run"),
    path(f"{RUN}compare/", compare.comparison, name="compare"),
    path(f"{RUN}keep/", pin_pages.run_keep, name="run_keep"),
    path(f"{RUN}actions/<name:action>/", runs.action_detail, name="action"),
    path(f"{RUN}actions/<name:action>/keep/", pin_pages.action_keep, name="action_keep"),
    path("go/<name:project>/<key:key>", go.to_project, name="go_project"),
    path(f"{GO_RUN}/<key:key>", go.to_run, name="go_run"),
    path(f"{GO_RUN}/<name:action>/<key:key>", go.to_action, name="go_action"),
    path("views/", view_pages.index, name="views"),
    path("views/new", view_pages.new, name="view_new"),
    path("views/<name:owner>/<slug:slug>/", view_pages.detail, name="view"),
    path("views/<name:owner>/<slug:slug>/feed", feeds.feed, name="view_feed"),
    path("sign-in/", SignIn.as_view(), name="sign_in"),
    path("sign-out/", LogoutView.as_view(), name="sign_out"),
    path("", include("linkhub.pages.account_urls")),
    path("theme/", theme.choose_theme, name="theme"),
    path("status/", status.status, name="status"),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", health.metrics, name="metrics"),
]
