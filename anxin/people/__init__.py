"""People: users with their seats, the table of permissions, the trail of every act and look, phones that sign in.

Public functions: ``access.may`` and ``seats_with`` (who may do what, and where), ``trail.record`` and ``verify``,
``looks.record_look`` and ``of_person``, ``accounts``, ``units``, ``deputies`` and ``duty`` (acts of administration),
``attempts``, ``second_step``, ``single_sign_on`` (an officer's sign-in), ``phone_codes`` and ``phones`` (a worker's).
"""
