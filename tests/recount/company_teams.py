"""Who reports to whom in a made-up company: managers who are reps, robots, partners and nobody."""

from tests.recount.company import Builder


def write_teams(builder: Builder) -> None:
    """Give every user a manager, or none."""
    nobody, idle = builder.new_id("005"), builder.new_id("005")
    builder.add("User", Id=idle, Name="Ida Idle", IsActive="true", UserType="Standard")
    boss, robot, partner = builder.people[0], builder.people[6], builder.people[8]
    managers = {
        # The boss reports to somebody who is not in the export.
        boss: nobody,
        builder.people[1]: boss[:15],
        builder.people[2]: boss,
        # A manager who is not there any more, and who reports to a robot.
        builder.people[3]: builder.people[4],
        builder.people[4]: robot,
        builder.people[5]: "",
        # A robot is no report, so its manager has no team.
        robot: builder.people[9],
        # A manager whose reports do nothing.
        idle: partner,
    }
    for user in builder.tables["User"]:
        user["ManagerId"] = managers.get(user["Id"], boss)
