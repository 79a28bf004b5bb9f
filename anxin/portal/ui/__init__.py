"""What every page is made of.

``access.needs``         who may open a view
``nav``                  the top bar's entries, by URL name
``tags``                 template tags and filters, built in: no ``{% load %}`` needed, nor for ``{% translate %}``
``templates/ui/``        ``base.html`` (blocks: title, pretitle, heading, actions, content, scripts) and components
``src/``                 stylesheet and scripts; ``tools/front.py`` builds them into ``portal/static/dist``

Sentences for people are written in Chinese and marked for translation; English stands in ``locale/en``.
"""
