"""The CWRService door (Shenzhen, Guangdong cities, Guangxi): platforms and the terminals themselves speak it.

``POST <any base>/CWRService/<Function>`` with an MD5 signature in the query string and a JSON body.
``signature`` the rule · ``answers`` shape and codes · ``reading`` fields · ``passes`` gate records ·
``roster`` companies, teams, employees · ``devices`` what terminals ask · ``dictionaries`` · ``door`` the view.
"""
