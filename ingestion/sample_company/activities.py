"""Calls, messages, meetings and what only looks like them. When they happen is the stories'."""

from __future__ import annotations

from ingestion.sample_company.clock import (
    AS_OF,
    DAY,
    HOUR,
    MINUTE,
    date,
    instant,
    instant_with_offset,
    reached,
)
from ingestion.sample_company.company import Owner, Rep
from ingestion.sample_company.files import flag
from ingestion.sample_company.world import World

AUTO_REPLIES = (
    "Automatic reply: {}",
    "Out of office: {}",
    "Auto: I am travelling",
    "Автоответ: {}",
)
SUBJECTS = ("Your enquiry", "Next steps", "Measuring at your site", "Offer and dates", "Follow-up")


def attempt(
    world: World, at: float, rep: Rep, who_id: str, what_id: str = "", *, connects: bool = False
) -> int:
    """A rep's outreach; returns its instant. `connects` says that the other side answers.

    Raises NotYet.
    """
    now = reached(at)
    kind = world.draw("attempt")
    if kind == "Event" and not connects:
        kind = "Call"
    if kind == "Event":
        meeting(world, now, rep, who_id, what_id)
    elif kind == "Email message":
        message(world, now, rep, who_id, what_id, answered=connects)
    elif kind == "Email task":
        email_task(world, now, rep, who_id, what_id)
        if connects:
            incoming(world, now, who_id, what_id, SUBJECTS[0])
    else:
        call(world, now, rep, who_id, what_id, connects=connects, typed=kind == "Call")
    return now


def _logged_at(world: World, at: int, rep: Rep) -> int:
    """When the rep enters what happened at `at`; the careless do it days later."""
    care = rep.habits.care
    if world.chance(0.10 * (1 - care)):
        lag = world.between(25, 80) * HOUR
    elif world.chance(care):
        lag = world.between(0, 12) * MINUTE
    else:
        lag = world.between(0.5, 20) * HOUR
    return min(at + int(lag), AS_OF)


def call(
    world: World,
    at: int,
    rep: Rep,
    who_id: str,
    what_id: str,
    *,
    connects: bool,
    typed: bool = True,
) -> None:
    """A call as a closed Task; `typed` by TaskSubtype, else by Type, as older entries are."""
    disposition = world.draw("call that connects" if connects else "call that does not")
    seconds = int(world.between(70, 1500) if connects else world.between(0, 50))
    # Without a completion instant, entered at once, the creation stands for it.
    undated = world.chance(0.03)
    world.files.write(
        "Task",
        Id=world.ids.new("Task"),
        WhoId=who_id,
        WhatId=what_id,
        OwnerId=rep.id,
        CreatedById=rep.id,
        CreatedDate=instant(at if undated else _logged_at(world, at, rep)),
        Subject="Call",
        Type="Call",
        TaskSubtype="Call" if typed else world.rng.choice(("", "Task")),
        Status="Completed",
        IsClosed=flag(True),
        ActivityDate=date(at),
        CompletedDateTime="" if undated else instant(at),
        CallDisposition=disposition,
        CallDurationInSeconds=seconds if disposition == "" or world.chance(0.7) else "",
        IsDeleted=flag(False),
    )


def email_task(world: World, at: int, rep: Rep, who_id: str, what_id: str) -> str:
    """An e-mail as a closed Task; returns its Id."""
    task_id = world.ids.new("Task")
    world.files.write(
        "Task",
        Id=task_id,
        WhoId=who_id,
        WhatId=what_id,
        OwnerId=rep.id,
        CreatedById=rep.id,
        CreatedDate=instant(at),
        Subject=f"Email: {world.rng.choice(SUBJECTS)}",
        Type="Email",
        TaskSubtype="Email",
        Status="Completed",
        IsClosed=flag(True),
        ActivityDate=date(at),
        CompletedDateTime=instant(at),
        IsDeleted=flag(False),
    )
    return task_id


def message(world: World, at: int, rep: Rep, who_id: str, what_id: str, *, answered: bool) -> None:
    """A message sent by the rep, mostly with the Task that stands for it, and perhaps a reply."""
    subject = world.rng.choice(SUBJECTS)
    task_id = email_task(world, at, rep, who_id, what_id) if world.chance(0.8) else ""
    _write_message(world, at, rep, who_id, what_id, subject, activity_id=task_id)
    if answered:
        incoming(world, at, who_id, what_id, subject)
    elif world.chance(0.08):
        text = world.rng.choice(AUTO_REPLIES).format(subject)
        _write_incoming(world, at + 2 * MINUTE, who_id, what_id, text)
    elif world.chance(0.03):
        _write_message(world, at + HOUR, rep, who_id, what_id, f"{subject} (2)", status="5")


def incoming(world: World, at: int, who_id: str, what_id: str, subject: str) -> None:
    """The person's reply, within a day or so."""
    _write_incoming(
        world, at + int(world.between(0.2, 30) * HOUR), who_id, what_id, f"Re: {subject}"
    )


def _write_incoming(world: World, at: int, who_id: str, what_id: str, subject: str) -> None:
    robot = world.company.integration
    _write_message(world, at, robot, who_id, what_id, subject, status="1", is_incoming=True)


def _write_message(
    world: World,
    at: int,
    by: Owner,
    who_id: str,
    what_id: str,
    subject: str,
    *,
    activity_id: str = "",
    status: str = "3",
    is_incoming: bool = False,
) -> None:
    if at > AS_OF:
        return
    world.files.write(
        "EmailMessage",
        Id=world.ids.new("EmailMessage"),
        RelatedToId=what_id,
        WhoId=who_id,
        ActivityId=activity_id,
        Incoming=flag(is_incoming),
        MessageDate=instant(at),
        Subject=subject,
        Status=status,
        CreatedById=by.id,
        CreatedDate=instant(at),
        IsDeleted=flag(False),
    )


def meeting(
    world: World, at: int, rep: Rep, who_id: str, what_id: str, kind: str = "Meeting"
) -> None:
    """A meeting held; now and then the manager has a copy of it."""
    _write_event(world, at, rep, rep, who_id, what_id, kind, is_child=False)
    if world.chance(0.25) and rep.manager:
        _write_event(world, at, rep, rep.manager, who_id, what_id, kind, is_child=True)


def _write_event(
    world: World,
    at: int,
    by: Rep,
    owner: Rep,
    who_id: str,
    what_id: str,
    kind: str,
    *,
    is_child: bool,
) -> None:
    planned = world.chance(0.6)
    booked = at - int(world.between(0, 2) * HOUR) if planned else _logged_at(world, at, by)
    world.files.write(
        "Event",
        Id=world.ids.new("Event"),
        WhoId=who_id,
        WhatId=what_id,
        OwnerId=owner.id,
        CreatedById=by.id,
        CreatedDate=instant_with_offset(booked),
        Subject=f"{kind}: {world.rng.choice(SUBJECTS)}",
        Type=kind,
        StartDateTime=instant_with_offset(at),
        EndDateTime=instant_with_offset(min(at + 45 * MINUTE, AS_OF)),
        IsChild=flag(is_child),
        IsDeleted=flag(False),
    )


def task(
    world: World,
    at: int,
    owner: Owner,
    by: Owner,
    *,
    who_id: str = "",
    what_id: str = "",
    subject: str,
    kind: str = "",
    subtype: str = "Task",
    is_closed: bool = True,
    is_deleted: bool = False,
) -> None:
    """Any other Task: to-dos, list mail, check-ins, asks. Nothing if it lies in the future."""
    if at > AS_OF:
        return
    world.files.write(
        "Task",
        Id=world.ids.new("Task"),
        WhoId=who_id,
        WhatId=what_id,
        OwnerId=owner.id,
        CreatedById=by.id,
        CreatedDate=instant(at),
        Subject=subject,
        Type=kind,
        TaskSubtype=subtype,
        Status="Completed" if is_closed else "Not Started",
        IsClosed=flag(is_closed),
        ActivityDate=date(at),
        CompletedDateTime=instant(at) if is_closed else "",
        IsDeleted=flag(is_deleted),
    )


def noise(world: World, at: int, rep: Rep, who_id: str) -> None:
    """What is no attempt: list mail, cadence steps, to-dos, open and deleted tasks."""
    robot = world.company.integration
    if world.chance(0.10):
        later = at + int(world.between(0.1, 20) * DAY)
        task(world, later, robot, robot, who_id=who_id, subject="List: letter", subtype="ListEmail")
    if world.chance(0.05):
        task(world, at + HOUR, rep, robot, who_id=who_id, subject="Step 1", subtype="Cadence")
    if world.chance(0.06):
        later = at + int(world.between(1, 9) * DAY)
        task(
            world,
            later,
            rep,
            rep,
            who_id=who_id,
            subject="Call back",
            kind="Call",
            subtype="Call",
            is_closed=False,
        )
    if world.chance(0.04):
        task(world, at + 2 * HOUR, rep, rep, who_id=who_id, subject="Send brochure", kind="Other")
    if world.chance(0.01):
        task(
            world,
            at + HOUR,
            rep,
            rep,
            who_id=who_id,
            subject="Call",
            kind="Call",
            subtype="Call",
            is_deleted=True,
        )
